package dev.onecycle.tune;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A value of a hyper-parameter, and what trying it has shown.
 *
 * @param value what was tried
 * @param test the range tests under it
 * @param cycle the short cycle under it, where candidates are compared by cycles
 */
public record Candidate(double value, RangeSummary test, Optional<CycleOutcome> cycle) {
  /** A candidate that only a range test was run for. */
  public static Candidate of(double value, RangeSummary test) {
    return new Candidate(value, test, Optional.empty());
  }

  /**
   * The highest rate at which it still trains: the edge of its test. A test that never diverged
   * reaches at least the last rate it took; one that diverged before the loss had fallen reaches
   * none, 0. Empty where the curve cannot be read.
   */
  public OptionalDouble edge() {
    return switch (test.verdict().kind()) {
      case CLEAR -> OptionalDouble.of(test.edge().orElseThrow().median());
      case NO_EDGE ->
          interrupted() ? OptionalDouble.empty() : OptionalDouble.of(lastRate(test.runs()));
      case DIVERGED_AT_ONCE -> OptionalDouble.of(0);
      case FLAT, NOISY, TOO_SHORT -> OptionalDouble.empty();
    };
  }

  /** Whether the edge lies beyond the range that was tested. */
  public boolean beyondRange() {
    return test.verdict().kind() == Verdict.Kind.NO_EDGE;
  }

  /** The peak rate for training under it, a tenth of the edge; empty where none was seen. */
  public OptionalDouble peak() {
    return test.suggestion();
  }

  private boolean interrupted() {
    return test.runs().stream().anyMatch(run -> run.stop().reason() == StopReason.INTERRUPTED);
  }

  private static double lastRate(List<RangeResult> runs) {
    return runs.stream()
        .map(RangeResult::points)
        .filter(points -> !points.isEmpty())
        .map(points -> points.get(points.size() - 1))
        .mapToDouble(RangePoint::learningRate)
        .min()
        .orElse(0);
  }
}
