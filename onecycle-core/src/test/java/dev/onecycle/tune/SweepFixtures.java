package dev.onecycle.tune;

import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.Readings;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.range.Verdict.Kind;
import dev.onecycle.record.EpochRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Range tests and cycles with a known outcome, read as any others are. */
public final class SweepFixtures {
  private static final Optional<LossScale> SCALE = Optional.of(LossScale.of(2.3, 0));

  private SweepFixtures() {}

  /** A test whose loss falls from 2.3 to 1.3 and leaves steeply at a rate. */
  public static RangeResult leaving(double edge) {
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      double rate = 1e-6 * Math.pow(1e8, i / 119.0);
      double fallen = 1 / (1 + Math.pow(edge / 100 / rate, 1.5));
      double risen = Math.pow(rate / edge, 6);
      double loss = 2.3 - fallen + 0.35 * risen;
      points.add(new RangePoint(i, rate, loss, loss));
      if (loss > 6) {
        return RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85, SCALE);
      }
    }
    return RangeResult.of(points, RangeStop.of(StopReason.REACHED_END), 0.85, SCALE);
  }

  /** A test that says nothing. */
  public static RangeResult noisy(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      double rate = 1e-6 * Math.pow(1e8, i / 119.0);
      double loss = 2.3 + 3 * random.nextGaussian();
      points.add(new RangePoint(i, rate, loss, loss));
    }
    return RangeResult.of(points, RangeStop.of(StopReason.REACHED_END), 0.85, SCALE);
  }

  /** A test whose loss leaves before it has fallen. */
  public static RangeResult hopeless() {
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      double rate = 1e-6 * Math.pow(1e8, i / 119.0);
      double loss = i < 50 ? 2.3 : 2.3 * (i - 48);
      points.add(new RangePoint(i, rate, loss, loss));
    }
    return RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85, SCALE);
  }

  /** A test that falls to the end of its range. */
  public static RangeResult neverLeaving() {
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      double rate = 1e-6 * Math.pow(1e8, i / 119.0);
      double loss = 2.3 - i / 119.0;
      points.add(new RangePoint(i, rate, loss, loss));
    }
    return RangeResult.of(points, RangeStop.of(StopReason.REACHED_END), 0.85, SCALE);
  }

  /** A test with an uncertain edge. */
  public static RangeResult uncertain(double edge) {
    return read(
        Kind.UNCERTAIN,
        edge,
        StopReason.DIVERGED,
        OptionalDouble.of(edge),
        OptionalDouble.of(edge / 4));
  }

  /** A test without an edge, which ended at a rate for a reason. */
  public static RangeResult ended(Kind kind, double lastRate, StopReason reason) {
    return read(kind, lastRate, reason, OptionalDouble.empty(), OptionalDouble.empty());
  }

  private static RangeResult read(
      Kind kind, double lastRate, StopReason reason, OptionalDouble edge, OptionalDouble trough) {
    OptionalDouble none = OptionalDouble.empty();
    return new RangeResult(
        List.of(new RangePoint(0, lastRate, 2, 2)),
        RangeStop.of(reason),
        0.85,
        SCALE,
        new Readings(edge, trough, none, none, none),
        new Verdict(kind, "The loss was read", "do so"));
  }

  /** A candidate by its tests. */
  public static Candidate candidate(double value, RangeResult... tests) {
    return Candidate.of(value, RangeSummary.of(List.of(tests)));
  }

  /** The value with which a median edge was given. */
  public static double edge(Candidate candidate) {
    return candidate.edge().orElseThrow();
  }

  /** A candidate with a short cycle that ended in an accuracy. */
  public static Candidate cycled(double value, double... accuracies) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (double accuracy : accuracies) {
      int n = epochs.size();
      epochs.add(
          new EpochRecord(
              n,
              10L * (n + 1),
              1.5,
              100,
              1,
              Optional.of(new EpochRecord.Evaluated(2 - accuracy, accuracy, 0.1))));
    }
    Candidate tested = candidate(value, leaving(5));
    return new Candidate(
        value, tested.test(), Optional.of(new CycleOutcome(0.5, epochs, 1000, false)));
  }

  public static Candidate divergedCycle(double value) {
    return new Candidate(
        value,
        RangeSummary.of(List.of(leaving(5))),
        Optional.of(new CycleOutcome(0.5, List.of(), 1000, true)));
  }

  public static Kind kind(RangeResult result) {
    return result.verdict().kind();
  }

  public static List<Candidate> decays(double... edges) {
    return Stream.iterate(0, i -> i < edges.length, i -> i + 1)
        .map(i -> candidate(Math.pow(10, -2 - i), leaving(edges[i])))
        .toList();
  }
}
