package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.math.Interpolation;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The plan of a policy for one step.
 *
 * @param step zero-based optimizer update
 * @param learningRate of that step
 * @param momentum of that step; β1 for AdamW
 */
public record PlannedStep(long step, double learningRate, double momentum) {
  /**
   * A policy as the corners of the lines that draw it: straight lines between them are its
   * schedules, exactly where those are straight, and to within a sample where they are curved.
   *
   * @param samples number of steps at which a long run is sampled, at least 2; both sides of every
   *     phase boundary, where peaks and jumps lie, are sampled besides
   */
  public static List<PlannedStep> outline(Policy policy, int samples) {
    Require.atLeast("samples", samples, 2);
    TreeSet<Long> chosen = new TreeSet<>();
    long steps = policy.steps();
    long spread = Math.min(steps, samples);
    for (long i = 0; i < spread; i++) {
      chosen.add(spread == 1 ? 0 : Math.round((steps - 1) * (i / (spread - 1.0))));
    }
    for (Phase phase : policy.phases()) {
      for (long step : new long[] {phase.firstStep(), phase.lastStep()}) {
        chosen.addAll(List.of(step - 1, step, step + 1));
      }
    }
    List<PlannedStep> planned = new ArrayList<>();
    for (long step : chosen) {
      if (step >= 0 && step < steps) {
        planned.add(of(policy, step));
      }
    }
    return corners(planned);
  }

  private static PlannedStep of(Policy policy, long step) {
    return new PlannedStep(step, policy.learningRate().at(step), policy.momentum().at(step));
  }

  /** The steps that do not lie on the straight line between their neighbours. */
  private static List<PlannedStep> corners(List<PlannedStep> planned) {
    List<PlannedStep> corners = new ArrayList<>();
    for (int i = 0; i < planned.size(); i++) {
      boolean end = i == 0 || i == planned.size() - 1;
      if (end || !planned.get(i).between(planned.get(i - 1), planned.get(i + 1))) {
        corners.add(planned.get(i));
      }
    }
    return corners;
  }

  private boolean between(PlannedStep before, PlannedStep after) {
    double share = (step - before.step) / (double) (after.step - before.step);
    return onLine(learningRate, before.learningRate, after.learningRate, share)
        && onLine(momentum, before.momentum, after.momentum, share);
  }

  private static boolean onLine(double value, double before, double after, double share) {
    // Rounding of a double is 1e-16; the bend of a curve between some thousand samples, 1e-7.
    return Double.isFinite(value)
        && Math.abs(value - Interpolation.linear(before, after, share)) <= 1e-12 * Math.abs(value);
  }
}
