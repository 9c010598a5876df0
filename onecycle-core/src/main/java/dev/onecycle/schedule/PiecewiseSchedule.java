package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import java.util.Arrays;

/**
 * A schedule that passes through knots: exact at each of them, annealed between, constant after the
 * last.
 *
 * <p>Every policy here is two of these. A knot may lie between two steps, and before step 0.
 */
final class PiecewiseSchedule implements Schedule {
  private final Anneal anneal;
  private final double[] steps;
  private final double[] values;

  private PiecewiseSchedule(Anneal anneal, double[] steps, double[] values) {
    this.anneal = anneal;
    this.steps = steps;
    this.values = values;
  }

  /**
   * A schedule through the given knots.
   *
   * @param stepsAndValues step, value, step, value …, by strictly rising step; the first at step 0
   *     or before
   */
  static Schedule through(Anneal anneal, double... stepsAndValues) {
    int n = stepsAndValues.length / 2;
    double[] steps = new double[n];
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      steps[i] = stepsAndValues[2 * i];
      values[i] = stepsAndValues[2 * i + 1];
      if (i > 0 && !(steps[i] > steps[i - 1])) {
        throw new IllegalArgumentException("knots must rise but were " + Arrays.toString(steps));
      }
    }
    return new PiecewiseSchedule(anneal, steps, values);
  }

  @Override
  public double at(long step) {
    Require.atLeast("step", step, 0);
    int next = 0;
    while (next < steps.length && steps[next] <= step) {
      next++;
    }
    if (next == 0 || next == steps.length || steps[next - 1] == step) {
      return values[Math.max(0, next - 1)];
    }
    double from = steps[next - 1];
    return anneal.between(values[next - 1], values[next], (step - from) / (steps[next] - from));
  }
}
