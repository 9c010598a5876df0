package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * Checks of arguments. Each returns the value that it was given, or throws an {@link
 * InvalidValueException}.
 */
public final class Require {
  private Require() {}

  public static double positive(String name, double value) {
    return that(value > 0 && Double.isFinite(value), name, "positive and finite", value, value);
  }

  public static double atLeast(String name, double value, double min) {
    return that(
        value >= min && Double.isFinite(value),
        name,
        "at least " + Numbers.exact(min),
        value,
        value);
  }

  public static long atLeast(String name, long value, long min) {
    return that(value >= min, name, "at least " + min, value, value);
  }

  public static int atLeast(String name, int value, int min) {
    return that(value >= min, name, "at least " + min, value, value);
  }

  /** Checks {@code low <= value < high}. */
  public static double inHalfOpen(String name, double value, double low, double high) {
    String constraint = "in [" + Numbers.exact(low) + ", " + Numbers.exact(high) + ")";
    return that(value >= low && value < high, name, constraint, value, value);
  }

  /** Checks {@code low <= value <= high}. */
  public static double inClosed(String name, double value, double low, double high) {
    String constraint = "in [" + Numbers.exact(low) + ", " + Numbers.exact(high) + "]";
    return that(value >= low && value <= high, name, constraint, value, value);
  }

  /** Returns {@code result} where {@code holds}; otherwise the error shows {@code value}. */
  public static <T> T that(boolean holds, String name, String constraint, Object value, T result) {
    if (!holds) {
      throw invalid(name, constraint, value);
    }
    return result;
  }

  /** The error for a check that no method here covers. */
  public static InvalidValueException invalid(String name, String constraint, Object value) {
    return new InvalidValueException(name, constraint, value);
  }

  /** The error for a check that no method here covers, with advice. */
  public static InvalidValueException invalid(
      String name, String constraint, Object value, String advice) {
    return new InvalidValueException(name, constraint, value, advice);
  }
}
