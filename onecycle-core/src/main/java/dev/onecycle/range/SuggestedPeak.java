package dev.onecycle.range;

import dev.onecycle.error.Require;

/**
 * The peak learning rate that a range test suggests. It depends on the length of the cycle: a short
 * cycle learns best near the trough of the curve, and a long one nearer to the edge, since it has
 * the steps to recover from high rates.
 *
 * <p>A cycle of {@value #SHORT} steps or fewer gets the trough divided by 2.5, at most a fifth of
 * the edge; a cycle of {@value #LONG} steps or more gets a tenth of the edge. Between them the
 * logarithm of the rate is interpolated over the logarithm of the number of steps.
 *
 * <p><i>Source:</i> a tenth of the edge: S. Gugger, "How do you find a good learning rate" (2018).
 * <i>Deviation:</i> the rule for shorter cycles, where a tenth of the edge costs up to 14 points of
 * accuracy against the best rate; measured in docs/concepts/range-test.md.
 *
 * @param trough the middle of the rates at which the network is seen to learn well
 * @param edge the rate at which the loss starts to rise for good
 */
public record SuggestedPeak(double trough, double edge) {
  /** The steps of a cycle up to which the trough alone decides. */
  public static final long SHORT = 100;

  /** The steps of a cycle from which on the edge alone decides. */
  public static final long LONG = 10_000;

  private static final double TROUGH_MARGIN = 2.5;
  private static final double SHORT_EDGE_MARGIN = 5;
  private static final double LONG_EDGE_MARGIN = 10;

  public SuggestedPeak {
    Require.positive("trough", trough);
    Require.positive("edge", edge);
  }

  /**
   * The peak rate for a cycle.
   *
   * @param steps of the cycle, at least 1
   */
  public double over(long steps) {
    Require.atLeast("steps of the cycle", steps, 1);
    if (steps <= SHORT) {
      return inShortCycle();
    }
    if (steps >= LONG) {
      return inLongCycle();
    }
    double weight = Math.log((double) steps / SHORT) / Math.log((double) LONG / SHORT);
    return Math.exp((1 - weight) * Math.log(inShortCycle()) + weight * Math.log(inLongCycle()));
  }

  /** Whether the rule gives two cycles the same rate, whatever the curve. */
  public static boolean sameFor(long steps, long others) {
    return Math.max(SHORT, Math.min(LONG, steps)) == Math.max(SHORT, Math.min(LONG, others));
  }

  /** The peak rate for a cycle of {@value #SHORT} steps or fewer. */
  public double inShortCycle() {
    return Math.min(trough / TROUGH_MARGIN, edge / SHORT_EDGE_MARGIN);
  }

  /** The peak rate for a cycle of {@value #LONG} steps or more. */
  public double inLongCycle() {
    return edge / LONG_EDGE_MARGIN;
  }
}
