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
    return new Curve(name, corners(points));
  }

  /** The points without those on a straight line between their neighbours. */
  private static List<Point> corners(List<Point> points) {
    List<Point> corners = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      boolean end = i == 0 || i == points.size() - 1;
      if (end || !straight(points.get(i - 1), points.get(i), points.get(i + 1))) {
        corners.add(points.get(i));
      }
    }
    return corners;
  }

  private static boolean straight(Point before, Point point, Point after) {
    double share = (point.x() - before.x()) / (after.x() - before.x());
    double onLine = before.y() + share * (after.y() - before.y());
    // Rounding of a double is 1e-16; the bend of a curve between some thousand samples, 1e-7.
    return point.finite() && Math.abs(point.y() - onLine) <= 1e-12 * Math.abs(point.y());
  }

  static String title(Policy policy) {
    return policy.name() + ", " + RangeCurves.counted(policy.steps(), "step", "steps");
  }
}
