package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Ink;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Style;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.schedule.Policy;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Figures of a policy over its steps, after those of S. Gugger, "The 1cycle policy" (2018), with
 * the phases named and parted by thin lines.
 */
public final class ScheduleFigures {
  private ScheduleFigures() {}

  /** The learning rate alone. */
  public static Figure rate(Policy policy) {
    return figure(policy, List.of(ratePanel(policy, 210)));
  }

  /** The learning rate and below it the momentum, over the same steps. */
  public static Figure rateAndMomentum(Policy policy) {
    Curve momentum = PolicyCurves.momentum(policy);
    Scale scale = Scale.holding(ys(momentum), false).padded(0.08, 0.08);
    Panel below = panel(momentum, scale, 120, Ink.VERMILLION);
    return figure(policy, List.of(ratePanel(policy, 150), below));
  }

  private static Panel ratePanel(Policy policy, int height) {
    Curve rate = PolicyCurves.rate(policy);
    return panel(rate, RunScales.nearZero(List.of(rate)), height, Ink.BLUE);
  }

  private static Panel panel(Curve curve, Scale scale, int height, String colour) {
    Trace trace = new Trace(curve, Style.LINE, Ink.line(colour, 2, Ink.SOLID), true);
    String ifEmpty = curve.points().isEmpty() ? "no steps" : "no finite value";
    return new Panel(curve.name(), scale, height, List.of(trace), List.of(), ifEmpty);
  }

  private static Figure figure(Policy policy, List<Panel> panels) {
    Scale steps = Scale.holding(DoubleStream.of(0, Math.max(1, policy.steps() - 1)), false);
    String title = PolicyCurves.title(policy);
    return new Figure(new Plot(title, policy.describe(), "step", steps, panels, policy.phases()));
  }

  private static DoubleStream ys(Curve curve) {
    return curve.points().stream().mapToDouble(Point::y);
  }
}
