package dev.onecycle.testing;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Checks a property over many random cases.
 *
 * <p>A failure names its seed; {@code -Donecycle.property.seed=N} repeats the case of that seed
 * alone.
 */
public final class Property {
  private Property() {}

  /** Calls {@code property} with the random numbers of each seed from 1 to {@code cases}. */
  public static void holds(int cases, Consumer<SplittableRandom> property) {
    Long only = Long.getLong("onecycle.property.seed");
    long first = only == null ? 1 : only;
    long last = only == null ? cases : only;
    for (long seed = first; seed <= last; seed++) {
      try {
        property.accept(new SplittableRandom(seed));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "fails with -Donecycle.property.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** A number between two bounds, evenly spread over its logarithm. */
  public static double logUniform(SplittableRandom random, double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }
}
