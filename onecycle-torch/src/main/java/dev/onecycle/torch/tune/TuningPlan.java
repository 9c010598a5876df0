package dev.onecycle.torch.tune;

import dev.onecycle.error.Require;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchSizes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The plan of a tuning: its trials in their order.
 *
 * @param batchSizes the search for a batch size; empty to keep the setup's
 * @param rule which of the batch sizes that fit is used
 * @param weightDecays candidates; one or none to keep the setup's
 * @param dropouts candidates; one or none to keep the setup's
 * @param sweep how candidates are tried
 * @param last the range tests of what was chosen, which give the peak
 */
public record TuningPlan(
    Optional<BatchSizes> batchSizes,
    Rule rule,
    List<Double> weightDecays,
    List<Double> dropouts,
    SweepPlan sweep,
    FinalTests last) {
  /**
   * The range tests of what was chosen.
   *
   * @param count of tests, over as many seeds: the medians of their readings give the peak
   * @param epochs of the training that the peak is for
   * @param careful the peak where the tests suggest none, because there are few images; empty where
   *     that is an error
   */
  public record FinalTests(int count, int epochs, OptionalDouble careful) {
    public FinalTests {
      Require.atLeast("final range tests", count, 1);
      Require.atLeast("epochs", epochs, 1);
    }
  }

  /** The rule that chooses among the batch sizes that fit. */
  public enum Rule {
    /** The smallest that computes nearly as many images a second as any. */
    KNEE,
    /** The largest, as in the sources. */
    LARGEST,
    /** The one whose short cycle does best, of those around the knee. */
    CYCLE
  }

  public TuningPlan {
    weightDecays = List.copyOf(weightDecays);
    dropouts = List.copyOf(dropouts);
    Require.that(
        rule != Rule.CYCLE || sweep.byCycle(),
        "epochs of a short cycle",
        "at least 1 where they choose the batch size",
        sweep.cycles().epochs(),
        rule);
  }

  /** The range tests that it takes at most, those of equal setups counted twice. */
  public int rangeTests() {
    return candidates() * sweep.repeats() + last.count();
  }

  /** The short cycles that it takes at most. */
  public int shortCycles() {
    return sweep.byCycle() ? candidates() : 0;
  }

  private int candidates() {
    boolean sizes = batchSizes.isPresent() && rule == Rule.CYCLE;
    return (sizes ? BatchSizeResult.MAX_WORTH_TRYING : 0) + swept(weightDecays) + swept(dropouts);
  }

  private static int swept(List<Double> candidates) {
    return candidates.size() > 1 ? candidates.size() : 0;
  }
}
