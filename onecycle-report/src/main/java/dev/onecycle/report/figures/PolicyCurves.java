package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.run.LayerRate;
import dev.onecycle.schedule.PlannedStep;
import dev.onecycle.schedule.Policy;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The curves and the title of a policy, for figures and for the terminal. */
final class PolicyCurves {
  private static final int SAMPLES = 4000;

  private PolicyCurves() {}

  static Curve rate(Policy policy) {
    return rate(PlannedStep.outline(policy, SAMPLES));
  }

  static Curve momentum(Policy policy) {
    return momentum(PlannedStep.outline(policy, SAMPLES));
  }

  static Curve rate(List<PlannedStep> outline) {
    return curve("learning rate", outline, PlannedStep::learningRate);
  }

  /** The learning rates of layers that have another one. */
  static List<Curve> rates(List<PlannedStep> outline, List<LayerRate> layers) {
    return layers.stream()
        .map(
            layer ->
                curve(
                    "learning rate of " + layer.layers(),
                    outline,
                    step -> layer.factor() * step.learningRate()))
        .toList();
  }

  static Curve momentum(List<PlannedStep> outline) {
    return curve("momentum", outline, PlannedStep::momentum);
  }

  private static Curve curve(
      String name, List<PlannedStep> outline, ToDoubleFunction<PlannedStep> value) {
    return new Curve(
        name, outline.stream().map(p -> new Point(p.step(), value.applyAsDouble(p))).toList());
  }

  static String title(Policy policy) {
    return title(policy.name(), policy.steps());
  }

  static String title(String name, long steps) {
    return name + ", " + RangeCurves.counted(steps, "step", "steps");
  }
}
