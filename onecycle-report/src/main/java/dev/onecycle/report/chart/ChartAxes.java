package dev.onecycle.report.chart;

import dev.onecycle.schedule.Phase;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.axis.AxisSpace;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.axis.Tick;
import org.jfree.chart.axis.TickType;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.PlotRenderingInfo;
import org.jfree.chart.text.TextUtils;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/**
 * JFreeChart axes with the ticks of a {@link Scale}.
 *
 * <p>So the ticks equal those in the terminal, do not depend on the locale, and are texts;
 * JFreeChart's own logarithmic axis draws outlines.
 */
final class ChartAxes {
  private static final int X_SPACING = 62;
  private static final int Y_SPACING = 28;

  /** The height of the row of epochs, in pixels. */
  static final int EPOCHS_HEIGHT = 18;

  private ChartAxes() {}

  /** A horizontal axis, with a second one for epochs below it. */
  static ValueAxis axis(Plot.Axis axis) {
    if (!axis.hasEpochs()) {
      return axis(axis.title(), axis.scale());
    }
    ValueAxis both = new StepsAndEpochs(axis);
    both.setRange(axis.scale().low(), axis.scale().high());
    return both;
  }

  static ValueAxis axis(String title, Scale scale) {
    ValueAxis axis = scale.log() ? new Logarithmic(title, scale) : new Linear(title, scale);
    axis.setRange(scale.low(), scale.high());
    return axis;
  }

  /** An axis above the panels with the name of each phase over its middle. */
  static ValueAxis phases(List<Phase> phases, Scale scale) {
    ValueAxis axis = new Phases(phases);
    axis.setRange(scale.low(), scale.high());
    axis.setAxisLineVisible(false);
    axis.setTickMarksVisible(false);
    return axis;
  }

  private static List<Tick> of(Scale scale, Rectangle2D area, RectangleEdge edge) {
    boolean across = RectangleEdge.isTopOrBottom(edge);
    double count = across ? area.getWidth() / X_SPACING : area.getHeight() / Y_SPACING;
    TextAnchor anchor = across ? TextAnchor.TOP_CENTER : TextAnchor.CENTER_RIGHT;
    List<Tick> ticks = new ArrayList<>();
    for (Scale.Tick tick : scale.ticks((int) count)) {
      TickType type = tick.label().isEmpty() ? TickType.MINOR : TickType.MAJOR;
      ticks.add(new NumberTick(type, tick.value(), tick.label(), anchor, TextAnchor.CENTER, 0));
    }
    return ticks;
  }

  private static class Linear extends NumberAxis {
    private final transient Scale scale;

    Linear(String title, Scale scale) {
      super(title);
      this.scale = scale;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public List refreshTicks(
        Graphics2D graphics, AxisState state, Rectangle2D area, RectangleEdge edge) {
      return of(scale, area, edge);
    }
  }

  /** The steps, and a row of epochs below them. */
  private static final class StepsAndEpochs extends Linear {
    private static final int GAP = 8;

    private final transient Plot.Axis axis;

    StepsAndEpochs(Plot.Axis axis) {
      super(axis.title(), axis.scale());
      this.axis = axis;
    }

    @Override
    public AxisSpace reserveSpace(
        Graphics2D graphics,
        org.jfree.chart.plot.Plot plot,
        Rectangle2D area,
        RectangleEdge edge,
        AxisSpace space) {
      AxisSpace reserved = super.reserveSpace(graphics, plot, area, edge, space);
      reserved.add(EPOCHS_HEIGHT, edge);
      return reserved;
    }

    @Override
    public AxisState draw(
        Graphics2D graphics,
        double cursor,
        Rectangle2D area,
        Rectangle2D data,
        RectangleEdge edge,
        PlotRenderingInfo info) {
      AxisState state = super.draw(graphics, cursor, area, data, edge, info);
      graphics.setFont(getTickLabelFont());
      graphics.setPaint(getTickLabelPaint());
      float y = (float) (state.getCursor() + EPOCHS_HEIGHT - 4);
      float x = (float) data.getMinX() - GAP;
      TextUtils.drawAlignedString("epoch", graphics, x, y, TextAnchor.BASELINE_RIGHT);
      for (Scale.Tick tick : axis.epochs((int) (data.getWidth() / X_SPACING))) {
        float at = (float) valueToJava2D(tick.value(), data, edge);
        TextUtils.drawAlignedString(tick.label(), graphics, at, y, TextAnchor.BASELINE_CENTER);
      }
      return state;
    }
  }

  private static final class Logarithmic extends LogAxis {
    private final transient Scale scale;

    Logarithmic(String title, Scale scale) {
      super(title);
      this.scale = scale;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public List refreshTicks(
        Graphics2D graphics, AxisState state, Rectangle2D area, RectangleEdge edge) {
      return of(scale, area, edge);
    }
  }

  private static final class Phases extends NumberAxis {
    private static final double GAP = 6;
    private static final double OVERHANG = 8;

    private final transient List<Phase> phases;

    Phases(List<Phase> phases) {
      super("");
      this.phases = phases;
    }

    /** Leaves out a name that would overlap another or is wider than the panel. */
    @Override
    @SuppressWarnings("rawtypes")
    public List refreshTicks(
        Graphics2D graphics, AxisState state, Rectangle2D area, RectangleEdge edge) {
      FontMetrics metrics = graphics.getFontMetrics(getTickLabelFont());
      double end = Double.NEGATIVE_INFINITY;
      List<Tick> ticks = new ArrayList<>();
      for (Phase phase : phases) {
        double half = metrics.stringWidth(phase.name()) / 2.0;
        double middle = valueToJava2D((phase.firstStep() + phase.lastStep()) / 2.0, area, edge);
        double min = area.getMinX() - OVERHANG + half;
        double max = area.getMaxX() + OVERHANG - half;
        double x = Math.max(min, Math.min(max, middle));
        if (min <= max && x - half >= end) {
          double step = java2DToValue(x, area, edge);
          TextAnchor above = TextAnchor.BOTTOM_CENTER;
          ticks.add(new NumberTick(step, phase.name(), above, TextAnchor.CENTER, 0));
          end = x + half + GAP;
        }
      }
      return ticks;
    }
  }
}
