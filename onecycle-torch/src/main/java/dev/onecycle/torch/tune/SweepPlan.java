package dev.onecycle.torch.tune;

import dev.onecycle.error.Require;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.PolicyChoice;
import java.util.OptionalDouble;

/**
 * How candidates are tried.
 *
 * @param test the range test of every candidate; its momentum is the setup's
 * @param repeats range tests of each candidate, over as many seeds
 * @param seed of the first test and of the cycles
 * @param cycleEpochs length of the short cycle that judges a candidate; 0 to judge by range tests
 * @param policy of short cycles
 * @param peak of short cycles; empty for a tenth of the candidate's own edge
 */
public record SweepPlan(
    RangeTest test,
    int repeats,
    long seed,
    int cycleEpochs,
    PolicyChoice policy,
    OptionalDouble peak) {
  public SweepPlan {
    Require.atLeast("repeats", repeats, 1);
    Require.atLeast("epochs of a short cycle", cycleEpochs, 0);
    if (peak.isPresent()) {
      Require.positive("peak learning rate", peak.getAsDouble());
    }
  }

  /** One range test a candidate, from a seed. */
  public static SweepPlan byEdge(RangeTest test, long seed) {
    return new SweepPlan(test, 1, seed, 0, PolicyChoice.oneCycle(), OptionalDouble.empty());
  }

  /** The same plan with another number of range tests a candidate. */
  public SweepPlan withRepeats(int count) {
    return new SweepPlan(test, count, seed, cycleEpochs, policy, peak);
  }

  /** The same plan, judging by short cycles; 0 epochs to judge by range tests. */
  public SweepPlan withCycles(int epochs) {
    return new SweepPlan(test, repeats, seed, epochs, policy, peak);
  }

  /** Whether short cycles judge. */
  public boolean byCycle() {
    return cycleEpochs > 0;
  }
}
