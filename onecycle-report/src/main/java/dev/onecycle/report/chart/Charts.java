package dev.onecycle.report.chart;

import dev.onecycle.report.chart.Plot.Mark;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Style;
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

/** Plots as charts of JFreeChart, in the style of a printed page. */
final class Charts {
  static final int GAP = 12;

  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
  private static final Font SMALL = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final Color DARK = new Color(0x222222);
  private static final Color SOFT = new Color(0x595959);
  private static final Color AXIS = new Color(0x444444);
  private static final Color GRID = new Color(0xE4E4E4);
  private static final Color SHADE = new Color(0xF0F2F5);
  private static final Ink BOUNDARY = Ink.line("#8c8c8c", 0.8, Ink.DOTTED);
  private static final double LONE_POINT = 5;
  private static final int FEW_POINTS = 60;

  static {
    // The library would draw upright texts as outlines, against a defect of Java 1.4; a text is to
    // be found, read aloud and copied.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
  }

  private Charts() {}

  static JFreeChart of(Plot plot) {
    CombinedDomainXYPlot panels =
        new CombinedDomainXYPlot(styled(Ticks.axis(plot.xTitle(), plot.x())));
    panels.setGap(GAP);
    panels.setInsets(new RectangleInsets(4, 0, 0, 6));
    panels.getDomainAxis().setTickLabelsVisible(!plot.empty());
    panels.getDomainAxis().setTickMarksVisible(!plot.empty());
    panels.getDomainAxis().setMinorTickMarksVisible(!plot.empty());
    plot.panels().forEach(panel -> panels.add(panel(plot, panel), panel.height()));
    if (!plot.phases().isEmpty() && !plot.panels().isEmpty()) {
      XYPlot first = (XYPlot) panels.getSubplots().get(0);
      ValueAxis names = styled(Ticks.phases(plot.phases(), plot.x()));
      names.setTickLabelPaint(SOFT);
      first.setDomainAxis(1, names);
      first.setDomainAxisLocation(1, AxisLocation.TOP_OR_LEFT);
    }
    JFreeChart chart = new JFreeChart(null, TITLE, panels, false);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(8, 8, 8, 8));
    chart.setTitle(title(plot.title(), TITLE, DARK, 2));
    if (!plot.subtitle().isEmpty()) {
      chart.addSubtitle(title(whole(plot.subtitle()), SMALL, SOFT, 4));
    }
    LegendItemCollection items = legend(plot);
    if (items.getItemCount() > 0) {
      chart.addSubtitle(legend(items));
    }
    return chart;
  }

  private static XYPlot panel(Plot plot, Panel panel) {
    XYPlot drawn = new XYPlot(null, null, styled(Ticks.axis(panel.yTitle(), panel.y())), null);
    drawn.setBackgroundPaint(Color.WHITE);
    drawn.setOutlineVisible(false);
    drawn.setAxisOffset(RectangleInsets.ZERO_INSETS);
    drawn.setDomainGridlinesVisible(false);
    drawn.setRangeGridlinePaint(GRID);
    drawn.setRangeGridlineStroke(new BasicStroke(0.8f));
    drawn.setRangeGridlinesVisible(!panel.empty());
    drawn.setDatasetRenderingOrder(DatasetRenderingOrder.FORWARD);
    drawn.setNoDataMessage(panel.ifEmpty());
    drawn.setNoDataMessageFont(TEXT);
    drawn.setNoDataMessagePaint(SOFT);
    drawn.getRangeAxis().setTickLabelsVisible(!panel.empty());
    drawn.getRangeAxis().setTickMarksVisible(!panel.empty());
    shade(drawn, plot.phases());
    panel.marks().forEach(m -> mark(drawn, m.marker().x(), m.ink()));
    for (Trace trace : panel.traces()) {
      int index = drawn.getDatasetCount();
      drawn.setDataset(index, dataset(trace.curve()));
      drawn.setRenderer(index, renderer(trace));
    }
    return drawn;
  }

  /** A shade behind every other phase, and a thin line where one ends. */
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

  private static void mark(XYPlot panel, double x, Ink ink) {
    ValueMarker marker = new ValueMarker(x, colour(ink), stroke(ink));
    marker.setAlpha(1);
    panel.addDomainMarker(marker, Layer.BACKGROUND);
  }

  /** The points with NaN for what is not finite, where the library leaves a gap. */
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
    boolean line = trace.style().line();
    XYLineAndShapeRenderer renderer =
        line ? new Line(trace) : new XYLineAndShapeRenderer(false, true);
    renderer.setDrawSeriesLineAsPath(true);
    renderer.setDrawOutlines(false);
    renderer.setSeriesPaint(0, colour(trace.ink()));
    renderer.setSeriesStroke(0, stroke(trace.ink()));
    renderer.setSeriesShape(0, dot(line ? LONE_POINT : trace.ink().width()));
    return renderer;
  }

  /** A line whose points without a neighbour, which a line does not show, are dots. */
  private static final class Line extends XYLineAndShapeRenderer {
    private final transient Curve curve;
    private final boolean marked;

    Line(Trace trace) {
      super(true, true);
      curve = trace.curve();
      marked = trace.style() == Style.MARKED && curve.points().size() <= FEW_POINTS;
    }

    @Override
    public boolean getItemShapeVisible(int series, int item) {
      return marked || (!finite(item - 1) && !finite(item + 1));
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

  /** The text with hyphens in numbers, as in 3e-8, at which no line ends. */
  private static String whole(String text) {
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

  /** A lone curve needs no entry: the axis already says what it is. */
  private static LegendItemCollection legend(Plot plot) {
    LegendItemCollection items = new LegendItemCollection();
    for (Panel panel : plot.panels()) {
      List<Trace> named =
          panel.traces().stream().filter(t -> t.inLegend() && !t.curve().empty()).toList();
      if (named.size() + panel.marks().size() > 1) {
        named.forEach(t -> items.add(item(t.curve().name(), t.style(), t.ink())));
      }
      panel.marks().forEach(m -> items.add(item(name(m), Style.LINE, m.ink())));
    }
    return items;
  }

  private static String name(Mark mark) {
    return mark.marker().label() + " " + Numbers.brief(mark.marker().x());
  }

  private static LegendItem item(String name, Style style, Ink ink) {
    return style.line()
        ? new LegendItem(
            name, null, null, null, new Line2D.Double(-13, 0, 13, 0), stroke(ink), colour(ink))
        : new LegendItem(name, null, null, null, dot(ink.width()), colour(ink));
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

  private static Color colour(Ink ink) {
    Color opaque = Color.decode(ink.colour());
    int alpha = (int) Math.round(255 * ink.opacity());
    return new Color(opaque.getRed(), opaque.getGreen(), opaque.getBlue(), alpha);
  }

  private static BasicStroke stroke(Ink ink) {
    float width = (float) ink.width();
    int cap = BasicStroke.CAP_BUTT;
    if (ink.dash().isEmpty()) {
      return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND);
    }
    float[] dash = new float[ink.dash().size()];
    for (int i = 0; i < dash.length; i++) {
      dash[i] = ink.dash().get(i).floatValue();
    }
    return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND, 1, dash, 0);
  }
}
