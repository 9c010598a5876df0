package dev.onecycle.selftest.harness;

import java.util.function.Supplier;

/** Assertions of the cases. */
public final class Expect {
  private Expect() {}

  /** Throws an {@link AssertionError} with the message unless the condition holds. */
  public static void that(boolean condition, Supplier<String> message) {
    if (!condition) {
      throw new AssertionError(message.get());
    }
  }

  /**
   * Throws an {@link AssertionError} unless two values are equal.
   *
   * @param name of the value, for the message
   */
  public static void equal(Object expected, Object actual, String name) {
    that(expected.equals(actual), () -> name + " must be " + expected + " but was " + actual);
  }
}
