package dev.onecycle.report.chart;

import dev.onecycle.report.chart.Plot.CurveStyle;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.StyledMarker;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Numbers;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.block.ColumnArrangement;
import org.jfree.chart.block.FlowArrangement;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.DatasetRenderingOrder;
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.title.TextTitle;
import org.jfree.chart.ui.HorizontalAlignment;
import org.jfree.chart.ui.Layer;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.chart.ui.VerticalAlignment;
import org.jfree.data.xy.DefaultXYDataset;

/** Makes JFreeChart charts from plots, in the style of a printed page. */
final class ChartBuilder {
  static final int GAP = 12;

  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final Color DARK = new Color(0x222222);
  private static final Color SOFT = new Color(0x595959);
  private static final Color AXIS = new Color(0x444444);
  private static final Color GRID = new Color(0xE4E4E4);
  private static final Color SHADE = new Color(0xF0F2F5);
  private static final Stroke BOUNDARY = Stroke.line(Palette.GREY, 0.8, Stroke.DOTTED);
  private static final double LONE_POINT = 5;
  private static final int FEW_POINTS = 60;

  static {
    // By default JFreeChart draws rotated texts as outlines, a workaround for a bug of Java 1.4.
    // As texts they can be searched, copied and read aloud.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
  }

  private ChartBuilder() {}

  static JFreeChart build(Plot plot) {
    CombinedDomainXYPlot panels = new CombinedDomainXYPlot(styled(ChartAxes.axis(plot.axis())));
    panels.setGap(GAP);
    panels.setInsets(new RectangleInsets(4, 0, 0, 6));
    panels.getDomainAxis().setTickLabelsVisible(!plot.empty());
    panels.getDomainAxis().setTickMarksVisible(!plot.empty());
    panels.getDomainAxis().setMinorTickMarksVisible(!plot.empty());
    plot.panels().forEach(panel -> panels.add(panel(plot, panel), panel.height()));
    if (!plot.phases().isEmpty() && !plot.panels().isEmpty()) {
      XYPlot first = (XYPlot) panels.getSubplots().get(0);
      ValueAxis names = styled(ChartAxes.phases(plot.phases(), plot.x()));
      names.setTickLabelPaint(SOFT);
      first.setDomainAxis(1, names);
      first.setDomainAxisLocation(1, AxisLocation.TOP_OR_LEFT);
    }
    JFreeChart chart = new JFreeChart(null, TITLE, panels, false);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(8, 8, 8, 8));
    chart.setTitle(title(plot.title(), TITLE, DARK, 2));
    if (!plot.subtitle().isEmpty()) {
      chart.addSubtitle(title(unbroken(plot.subtitle()), SMALL, SOFT, 4));
    }
    LegendItemCollection items = legend(plot);
    if (items.getItemCount() > 0) {
      chart.addSubtitle(legend(items));
    }
    return chart;
  }

  private static XYPlot panel(Plot plot, Panel panel) {
    XYPlot axes = new XYPlot(null, null, styled(ChartAxes.axis(panel.yTitle(), panel.y())), null);
    axes.setBackgroundPaint(Color.WHITE);
    axes.setOutlineVisible(false);
    axes.setAxisOffset(RectangleInsets.ZERO_INSETS);
    axes.setDomainGridlinesVisible(false);
    axes.setRangeGridlinePaint(GRID);
    axes.setRangeGridlineStroke(new BasicStroke(0.8f));
    axes.setRangeGridlinesVisible(!panel.empty());
    axes.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    axes.setNoDataMessage(panel.ifEmpty());
    axes.setNoDataMessageFont(TEXT);
    axes.setNoDataMessagePaint(SOFT);
    axes.getRangeAxis().setTickLabelsVisible(!panel.empty());
    axes.getRangeAxis().setTickMarksVisible(!panel.empty());
    shade(axes, plot.phases());
    shown(panel).forEach(m -> mark(axes, m.marker().x(), m.stroke()));
    for (Trace trace : panel.traces()) {
      int index = axes.getDatasetCount();
      axes.setDataset(index, dataset(trace.curve()));
      axes.setRenderer(index, renderer(trace));
    }
    return axes;
  }

  /** Shades every other phase and draws a thin line between phases. */
  private static void shade(XYPlot panel, List<Phase> phases) {
    for (int i = 1; i < phases.size(); i++) {
      double begin = phases.get(i).firstStep() - 0.5;
      if (i % 2 == 1) {
        IntervalMarker shade = new IntervalMarker(begin, phases.get(i).lastStep() + 0.5, SHADE);
        shade.setAlpha(1);
        panel.addDomainMarker(shade, Layer.BACKGROUND);
      }
      mark(panel, begin, BOUNDARY);
    }
  }

  private static void mark(XYPlot panel, double x, Stroke stroke) {
    ValueMarker marker = new ValueMarker(x, colour(stroke), basicStroke(stroke));
    marker.setAlpha(1);
    panel.addDomainMarker(marker, Layer.BACKGROUND);
  }

  /** The points, with NaN where one is not finite: JFreeChart leaves a gap there. */
  private static DefaultXYDataset dataset(Curve curve) {
    DefaultXYDataset dataset = new DefaultXYDataset();
    List<Point> points = curve.empty() ? List.of() : curve.points();
    double[][] xy = new double[2][points.size()];
    for (int i = 0; i < points.size(); i++) {
      xy[0][i] = points.get(i).x();
      xy[1][i] = points.get(i).finite() ? points.get(i).y() : Double.NaN;
    }
    dataset.addSeries(curve.name(), xy);
    return dataset;
  }

  private static XYLineAndShapeRenderer renderer(Trace trace) {
    boolean line = trace.style().hasLine();
    XYLineAndShapeRenderer renderer =
        line ? new LineRenderer(trace) : new XYLineAndShapeRenderer(false, true);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDrawOutlines(false);
    renderer.setSeriesPaint(0, colour(trace.stroke()));
    renderer.setSeriesStroke(0, basicStroke(trace.stroke()));
    renderer.setSeriesShape(0, dot(line ? LONE_POINT : trace.stroke().width()));
    return renderer;
  }

  /** A line that shows a point without neighbours as a dot; the line alone would not show it. */
  private static final class LineRenderer extends XYLineAndShapeRenderer {
    private final transient Curve curve;
    private final boolean dotted;

    LineRenderer(Trace trace) {
      super(true, true);
      curve = trace.curve();
      dotted = trace.style() == CurveStyle.LINE_WITH_DOTS && curve.points().size() <= FEW_POINTS;
    }

    @Override
    public boolean getItemShapeVisible(int series, int item) {
      return dotted || (!finite(item - 1) && !finite(item + 1));
    }

    private boolean finite(int item) {
      return item >= 0 && item < curve.points().size() && curve.points().get(item).finite();
    }
  }

  private static TextTitle title(String text, Font font, Color colour, int lines) {
    TextTitle title = new TextTitle(text, font);
    title.setPaint(colour);
    title.setMaximumLinesToDisplay(lines);
    title.setHorizontalAlignment(HorizontalAlignment.LEFT);
    title.setTextAlignment(HorizontalAlignment.LEFT);
    title.setPadding(0, 4, 3, 4);
    return title;
  }

  /** The text with non-breaking hyphens in numbers such as 3e-8. */
  private static String unbroken(String text) {
    return text.replaceAll("(?<=\\de)-(?=\\d)", "\u2011");
  }

  private static LegendTitle legend(LegendItemCollection items) {
    FlowArrangement rows =
        new FlowArrangement(HorizontalAlignment.LEFT, VerticalAlignment.CENTER, 12, 0);
    LegendTitle legend = new LegendTitle(() -> items, rows, new ColumnArrangement());
    legend.setPosition(RectangleEdge.BOTTOM);
    legend.setFrame(BlockBorder.NONE);
    legend.setItemFont(SMALL);
    legend.setItemPaint(DARK);
    legend.setPadding(6, 4, 0, 4);
    return legend;
  }

  /** A single curve has no entry: the axis names it. */
  private static LegendItemCollection legend(Plot plot) {
    LegendItemCollection items = new LegendItemCollection();
    for (Panel panel : plot.panels()) {
      List<Trace> named =
          panel.traces().stream().filter(t -> t.inLegend() && !t.curve().empty()).toList();
      if (named.size() + shown(panel).size() > 1) {
        named.forEach(t -> items.add(item(t.curve().name(), t.style(), t.stroke())));
      }
      shown(panel).forEach(m -> items.add(item(name(m), CurveStyle.LINE, m.stroke())));
    }
    return items;
  }

  private static List<StyledMarker> shown(Panel panel) {
    return panel.markers().stream().filter(StyledMarker::shown).toList();
  }

  private static String name(StyledMarker styled) {
    return styled.marker().label() + " " + Numbers.brief(styled.marker().x());
  }

  private static LegendItem item(String name, CurveStyle style, Stroke stroke) {
    return style.hasLine()
        ? new LegendItem(
            name,
            null,
            null,
            null,
            new Line2D.Double(-13, 0, 13, 0),
            basicStroke(stroke),
            colour(stroke))
        : new LegendItem(name, null, null, null, dot(stroke.width()), colour(stroke));
  }

  private static ValueAxis styled(ValueAxis axis) {
    axis.setLabelFont(TEXT);
    axis.setLabelPaint(DARK);
    axis.setTickLabelFont(SMALL);
    axis.setTickLabelPaint(DARK);
    axis.setAxisLinePaint(AXIS);
    axis.setTickMarkPaint(AXIS);
    axis.setTickMarkOutsideLength(4);
    axis.setMinorTickMarkOutsideLength(2);
    return axis;
  }

  private static Shape dot(double width) {
    return new Ellipse2D.Double(-width / 2, -width / 2, width, width);
  }

  private static Color colour(Stroke stroke) {
    Color opaque = Color.decode(stroke.colour());
    int alpha = (int) Math.round(255 * stroke.opacity());
    return new Color(opaque.getRed(), opaque.getGreen(), opaque.getBlue(), alpha);
  }

  private static BasicStroke basicStroke(Stroke stroke) {
    float width = (float) stroke.width();
    int cap = BasicStroke.CAP_BUTT;
    if (stroke.dash().isEmpty()) {
      return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND);
    }
    float[] dash = new float[stroke.dash().size()];
    for (int i = 0; i < dash.length; i++) {
      dash[i] = stroke.dash().get(i).floatValue();
    }
    return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND, 1, dash, 0);
  }
}
