package dev.onecycle.cli.options;

import dev.onecycle.error.Require;

/** Bounds of what multiplies weights: far above any use, far below where float32 overflows. */
public final class Rates {
  private static final double MOST = 1e15;

  private Rates() {}

  /** A learning rate. */
  public static double rate(String option, double value) {
    return Require.that(
        value > 0 && value <= MOST, option, "positive and at most 1e15", value, value);
  }

  /** A weight decay. */
  static double decay(String option, double value) {
    return Require.that(value >= 0 && value <= MOST, option, "in [0, 1e15]", value, value);
  }
}
