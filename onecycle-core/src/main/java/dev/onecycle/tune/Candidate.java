package dev.onecycle.tune;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.range.Verdict;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * A value of a hyper-parameter with its trials.
 *
 * @param value of the hyper-parameter
 * @param test the range tests with it
 * @param cycle the short cycle with it, where candidates are compared by one
 */
public record Candidate(double value, RangeSummary test, Optional<CycleOutcome> cycle) {
  /** A candidate with range tests alone. */
  public static Candidate of(double value, RangeSummary test) {
    return new Candidate(value, test, Optional.empty());
  }

  /**
   * The highest rate at which the network still trains: the edge of the test. Where most tests show
   * none up to the end of their range, it is at least the lowest of their last rates. It is 0 where
   * a test diverged at once, and where tests over several seeds have learned nothing. Empty where
   * the curve cannot be read.
   */
  public OptionalDouble edge() {
    return switch (test.verdict().kind()) {
      case CLEAR, UNCERTAIN -> OptionalDouble.of(test.edge().orElseThrow().median());
      case NO_EDGE -> interrupted() ? OptionalDouble.empty() : OptionalDouble.of(lastRate());
      case DIVERGED_AT_ONCE -> OptionalDouble.of(0);
      // One test of few steps shows nothing of values that train well, too.
      case NOTHING_LEARNED -> repeated() ? OptionalDouble.of(0) : OptionalDouble.empty();
      case FLAT, SINGLE_LOSS, NOISY, TOO_SHORT -> OptionalDouble.empty();
    };
  }

  /** Whether the edge lies beyond the range that was tested. */
  public boolean beyondRange() {
    return test.verdict().kind() == Verdict.Kind.NO_EDGE;
  }

  /** The peak rate for training with the value; empty where its tests suggest none. */
  public Optional<SuggestedPeak> suggestion() {
    return test.suggestion();
  }

  /** Whether its test was run over several seeds. */
  boolean repeated() {
    return test.runs().size() >= 3;
  }

  /** Whether a test without an edge was cut off: its last rate is not the end of its range. */
  private boolean interrupted() {
    return withoutEdge().anyMatch(run -> run.stop().reason() == StopReason.INTERRUPTED);
  }

  private double lastRate() {
    return withoutEdge()
        .map(RangeResult::points)
        .filter(points -> !points.isEmpty())
        .map(points -> points.get(points.size() - 1))
        .mapToDouble(RangePoint::learningRate)
        .min()
        .orElse(0);
  }

  /** The tests whose loss never rose for good: the last rates of others bound no edge. */
  private Stream<RangeResult> withoutEdge() {
    return test.runs().stream().filter(run -> run.verdict().kind() == Verdict.Kind.NO_EDGE);
  }
}
