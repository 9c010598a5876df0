package dev.onecycle.report;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.Readings;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Policies and range tests with known numbers. */
public final class Samples {
  private Samples() {}

  /** A policy of straight lines between corners. */
  public record Corners(
      String name, long steps, Schedule learningRate, Schedule momentum, List<Phase> phases)
      implements Policy {
    @Override
    public double peak() {
      return learningRate.at(steps / 2);
    }

    @Override
    public String describe() {
      return "from 0.08 up to 0.8 and back, then down to 0.0008; momentum 0.95 to 0.85 and back";
    }
  }

  /** The published 1cycle of 9310 steps: peak 0.8 at step 4018, 0.08 at 8036, 0.0008 at the end. */
  public static Policy oneCycle() {
    return new Corners(
        "onecycle",
        9310,
        through(new long[] {0, 4018, 8036, 9309}, 0.08, 0.8, 0.08, 0.0008),
        through(new long[] {0, 4018, 8036, 9309}, 0.95, 0.85, 0.95, 0.95),
        List.of(
            new Phase("warm-up", 0, 4018),
            new Phase("cool-down", 4019, 8036),
            new Phase("annihilation", 8037, 9309)));
  }

  /** A policy of one phase and any schedules. */
  public static Policy policy(String name, long steps, Schedule rate, Schedule momentum) {
    List<Phase> phases = steps > 0 ? List.of(new Phase("all", 0, steps - 1)) : List.of();
    return new Corners(name, steps, rate, momentum, phases);
  }

  static Schedule through(long[] steps, double... values) {
    return step -> {
      int i = 1;
      while (i < steps.length - 1 && step > steps[i]) {
        i++;
      }
      double share = (step - steps[i - 1]) / (double) (steps[i] - steps[i - 1]);
      return values[i - 1] + Math.min(1, share) * (values[i] - values[i - 1]);
    };
  }

  /** A loss that falls from 2.5 to 1 over rates 1e-4 to 1, then leaves: 15 points a decade. */
  public static List<RangePoint> descent() {
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i <= 75; i++) {
      double decade = -4 + i / 15.0;
      double noise = 0.04 * Math.sin(12.9898 * i);
      double loss =
          decade <= 0
              ? 1.75 - 0.75 * Math.sin(Math.PI * (decade + 2) / 4)
              : 1 + 60 * decade * decade;
      points.add(new RangePoint(i, Math.pow(10, decade), loss + noise, loss));
    }
    return points;
  }

  public static RangeResult clear(List<RangePoint> points, double edge) {
    return new RangeResult(
        points,
        RangeStop.of(StopReason.DIVERGED),
        0.85,
        Optional.empty(),
        new Readings(
            OptionalDouble.of(edge),
            OptionalDouble.of(edge * 0.25),
            OptionalDouble.of(edge * 0.6),
            OptionalDouble.of(edge * 0.02),
            OptionalDouble.of(edge * 0.08)),
        new Verdict(Verdict.Kind.CLEAR, "the loss falls, then rises for good", "do so"));
  }

  public static RangeResult unclear(
      List<RangePoint> points, StopReason stopped, Verdict.Kind kind) {
    OptionalDouble none = OptionalDouble.empty();
    return new RangeResult(
        points,
        RangeStop.of(stopped),
        0.85,
        Optional.empty(),
        new Readings(none, none, none, none, none),
        new Verdict(kind, "no rise was seen", "look again"));
  }
}
