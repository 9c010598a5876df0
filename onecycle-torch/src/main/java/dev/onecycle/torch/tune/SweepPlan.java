package dev.onecycle.torch.tune;

import dev.onecycle.error.Require;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.PolicyChoice;
import java.util.OptionalDouble;

/**
 * How candidates are tried.
 *
 * @param test the range test of every candidate; its momentum is the setup's
 * @param leastImages images that a range test is to see: of a small batch it takes more steps, four
 *     times as many at most, since the loss of each says less; 0 for the test's own steps
 * @param repeats range tests of each candidate, over as many seeds
 * @param seed of the first test and of the cycles
 * @param cycleEpochs length of the short cycle that judges a candidate, more where it would be
 *     fewer than 50 steps; 0 to judge by range tests
 * @param policy of short cycles
 * @param peak of short cycles; empty for a tenth of the candidate's own edge
 */
public record SweepPlan(
    RangeTest test,
    int leastImages,
    int repeats,
    long seed,
    int cycleEpochs,
    PolicyChoice policy,
    OptionalDouble peak) {
  private static final int MOST_TIMES = 4;

  public SweepPlan {
    Require.atLeast("images of a range test", leastImages, 0);
    Require.atLeast("repeats", repeats, 1);
    Require.atLeast("epochs of a short cycle", cycleEpochs, 0);
    if (peak.isPresent()) {
      Require.positive("peak learning rate", peak.getAsDouble());
    }
  }

  /** One range test a candidate, from a seed. */
  public static SweepPlan byEdge(RangeTest test, long seed) {
    return new SweepPlan(test, 0, 1, seed, 0, PolicyChoice.oneCycle(), OptionalDouble.empty());
  }

  /** The same plan with another number of range tests a candidate. */
  public SweepPlan withRepeats(int count) {
    return new SweepPlan(test, leastImages, count, seed, cycleEpochs, policy, peak);
  }

  /** The same plan, judging by short cycles; 0 epochs to judge by range tests. */
  public SweepPlan withCycles(int epochs) {
    return new SweepPlan(test, leastImages, repeats, seed, epochs, policy, peak);
  }

  /** The range test for a batch size. */
  public RangeTest testAt(int batchSize) {
    int wanted = Math.min(MOST_TIMES * test.steps(), leastImages / batchSize);
    return test.withSteps(Math.max(test.steps(), wanted));
  }

  /** Whether short cycles judge. */
  public boolean byCycle() {
    return cycleEpochs > 0;
  }
}
