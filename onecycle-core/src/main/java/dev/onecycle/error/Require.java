package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * Checks of settings, each of which answers the value it was given or throws an {@link
 * InvalidValueException} of the form {@code <name> must be <constraint> but was <value>}.
 */
public final class Require {
  private Require() {}

  public static double positive(String name, double value) {
    return that(value > 0 && Double.isFinite(value), name, "positive and finite", value, value);
  }

  public static double atLeast(String name, double value, double least) {
    return that(
        value >= least && Double.isFinite(value),
        name,
        "at least " + Numbers.exact(least),
        value,
        value);
  }

  public static long atLeast(String name, long value, long least) {
    return that(value >= least, name, "at least " + least, value, value);
  }

  public static int atLeast(String name, int value, int least) {
    return that(value >= least, name, "at least " + least, value, value);
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

  /** Answers {@code result} where {@code holds}; otherwise the error shows {@code value}. */
  public static <T> T that(boolean holds, String name, String constraint, Object value, T result) {
    if (!holds) {
      throw invalid(name, constraint, value);
    }
    return result;
  }

  /** The error for a check that no method here covers. */
  public static InvalidValueException invalid(String name, String constraint, Object value) {
    return new InvalidValueException(
        name
            + " must be "
            + constraint
            + " but was "
            + (value instanceof Double d ? Numbers.exact(d) : value));
  }

  /** The error for a check that no method here covers, with advice. */
  public static InvalidValueException invalid(
      String name, String constraint, Object value, String advice) {
    return new InvalidValueException(invalid(name, constraint, value).getMessage() + "; " + advice);
  }
}
