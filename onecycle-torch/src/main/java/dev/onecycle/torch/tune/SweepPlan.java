package dev.onecycle.torch.tune;

import dev.onecycle.error.Require;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.torch.train.RangeLoss;
import java.util.OptionalDouble;

/**
 * The plan by which the candidates of a sweep are tried.
 *
 * @param test the range test of every candidate; its momentum is the setup's
 * @param loss that a range test records at each rate
 * @param minImages images that a range test sees at least: at a small batch size it takes more
 *     steps, four times as many at most, since the loss of each says less; 0 for the test's own
 *     steps
 * @param repeats range tests of each candidate, over as many seeds
 * @param seed of the first test and of the cycles
 * @param cycles short cycles, by which candidates are compared
 */
public record SweepPlan(
    RangeTest test, RangeLoss loss, int minImages, int repeats, long seed, ShortCycles cycles) {
  private static final int MAX_TIMES = 4;

  /**
   * Short cycles of the candidates.
   *
   * @param epochs of a cycle, more where they would be fewer than 50 steps; 0 for no cycles
   * @param policy of the cycles
   * @param peak of the cycles; empty for the suggestion of the candidate's own range test
   */
  public record ShortCycles(int epochs, PolicyChoice policy, OptionalDouble peak) {
    public ShortCycles {
      Require.atLeast("epochs of a short cycle", epochs, 0);
      if (peak.isPresent()) {
        Require.positive("peak learning rate", peak.getAsDouble());
      }
    }

    /** No cycles: candidates are compared by their range tests. */
    public static ShortCycles none() {
      return new ShortCycles(0, PolicyChoice.oneCycle(), OptionalDouble.empty());
    }

    /** The same cycles up to a peak. */
    public ShortCycles withPeak(double rate) {
      return new ShortCycles(epochs, policy, OptionalDouble.of(rate));
    }
  }

  public SweepPlan {
    Require.atLeast("images of a range test", minImages, 0);
    Require.atLeast("repeats", repeats, 1);
  }

  /** One range test of each candidate, from a seed. */
  public static SweepPlan byEdge(RangeTest test, long seed) {
    return new SweepPlan(test, RangeLoss.STANDARD, 0, 1, seed, ShortCycles.none());
  }

  /** The same plan with at least so many images in a range test. */
  public SweepPlan withMinImages(int images) {
    return new SweepPlan(test, loss, images, repeats, seed, cycles);
  }

  /** The same plan with another number of range tests of each candidate. */
  public SweepPlan withRepeats(int count) {
    return new SweepPlan(test, loss, minImages, count, seed, cycles);
  }

  /** The same plan with other short cycles. */
  public SweepPlan withCycles(ShortCycles other) {
    return new SweepPlan(test, loss, minImages, repeats, seed, other);
  }

  /** The same plan with short cycles of another length; 0 epochs for none. */
  public SweepPlan withCycleEpochs(int epochs) {
    return withCycles(new ShortCycles(epochs, cycles.policy, cycles.peak));
  }

  /** The range test for a batch size. */
  public RangeTest testAt(int batchSize) {
    int steps = Math.min(MAX_TIMES * test.steps(), minImages / batchSize);
    return test.withSteps(Math.max(test.steps(), steps));
  }

  /** Whether candidates are compared by short cycles. */
  public boolean byCycle() {
    return cycles.epochs > 0;
  }
}
