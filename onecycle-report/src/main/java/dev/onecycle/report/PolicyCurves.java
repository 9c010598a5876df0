package dev.onecycle.report;

import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What pictures of a policy draw, whichever way they draw it. */
final class PolicyCurves {
  private static final int SAMPLES = 4000;

  private PolicyCurves() {}

  static Curve rate(Policy policy) {
    return sampled("learning rate", policy, policy.learningRate());
  }

  static Curve momentum(Policy policy) {
    return sampled("momentum", policy, policy.momentum());
  }

  /**
   * The schedule at every step of a short run; of a long one at some thousands, among them both
   * sides of every phase boundary, where peaks and jumps lie.
   */
  private static Curve sampled(String name, Policy policy, Schedule schedule) {
    long steps = policy.steps();
    TreeSet<Long> chosen = new TreeSet<>();
    long samples = Math.min(steps, SAMPLES);
    for (long i = 0; i < samples; i++) {
      chosen.add(samples == 1 ? 0 : Math.round((steps - 1) * (i / (samples - 1.0))));
    }
    for (Phase phase : policy.phases()) {
      for (long step : new long[] {phase.firstStep(), phase.lastStep()}) {
        chosen.addAll(List.of(step - 1, step, step + 1));
      }
    }
    List<Point> points = new ArrayList<>();
    for (long step : chosen) {
      if (step >= 0 && step < steps) {
        points.add(new Point(step, schedule.at(step)));
      }
    }
    return new Curve(name, points);
  }

  static String title(Policy policy) {
    return policy.name() + ", " + RangeCurves.counted(policy.steps(), "step", "steps");
  }
}
