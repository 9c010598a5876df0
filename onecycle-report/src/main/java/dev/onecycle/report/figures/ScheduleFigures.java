package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Palette;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.CurveStyle;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Stroke;
import dev.onecycle.run.LayerRate;
import dev.onecycle.schedule.PlannedStep;
import dev.onecycle.schedule.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Figures of a policy over its steps, with its phases named.
 *
 * <p>After the figures of S. Gugger, "The 1cycle policy" (2018).
 */
public final class ScheduleFigures {
  private ScheduleFigures() {}

  /** The learning rate. */
  public static Figure rate(Policy policy) {
    return figure(policy, List.of(ratePanel(policy, List.of(), 210)));
  }

  /** The learning rate and the momentum below it. */
  public static Figure rateAndMomentum(Policy policy) {
    return rateAndMomentum(policy, List.of());
  }

  /**
   * The learning rate and the momentum below it.
   *
   * @param layers whose learning rate is not the policy's
   */
  public static Figure rateAndMomentum(Policy policy, List<LayerRate> layers) {
    Curve momentum = PolicyCurves.momentum(policy);
    Scale scale = Scale.covering(ys(momentum), false).padded(0.08, 0.08);
    Panel below = panel(momentum, scale, 120, Palette.VERMILLION);
    return figure(policy, List.of(ratePanel(policy, layers, 150), below));
  }

  private static Panel ratePanel(Policy policy, List<LayerRate> layers, int height) {
    Curve rate = PolicyCurves.rate(policy);
    List<Curve> others = PolicyCurves.rates(PlannedStep.outline(policy, 4000), layers);
    List<Curve> all = Stream.concat(Stream.of(rate), others.stream()).toList();
    Panel alone = panel(rate, RunScales.nearZero(all), height, Palette.BLUE);
    List<Trace> traces = new ArrayList<>(alone.traces());
    traces.addAll(RunFigures.ofLayers(others));
    return new Panel(alone.yTitle(), alone.y(), height, traces, List.of(), alone.ifEmpty());
  }

  private static Panel panel(Curve curve, Scale scale, int height, String colour) {
    Trace trace = new Trace(curve, CurveStyle.LINE, Stroke.line(colour, 2, Stroke.SOLID), true);
    String ifEmpty = curve.points().isEmpty() ? "no steps" : "no finite value";
    return new Panel(curve.name(), scale, height, List.of(trace), List.of(), ifEmpty);
  }

  private static Figure figure(Policy policy, List<Panel> panels) {
    Scale steps = Scale.covering(DoubleStream.of(0, Math.max(1, policy.steps() - 1)), false);
    String title = PolicyCurves.title(policy);
    return new Figure(
        new Plot(title, policy.describe(), new Plot.Axis("step", steps), panels, policy.phases()));
  }

  private static DoubleStream ys(Curve curve) {
    return curve.points().stream().mapToDouble(Point::y);
  }
}
