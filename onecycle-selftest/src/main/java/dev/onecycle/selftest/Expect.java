package dev.onecycle.selftest;

import java.util.function.Supplier;

/** What a case expects; what does not hold is its failure. */
public final class Expect {
  private Expect() {}

  public static void that(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }

  public static void equal(Object expected, Object actual, String what) {
    that(expected.equals(actual), () -> what + " must be " + expected + " but was " + actual);
  }
}
