package dev.onecycle.selftest;

import java.util.function.Supplier;

/** What a case expects; what does not hold is its failure. */
final class Expect {
  private Expect() {}

  static void that(boolean holds, Supplier<String> otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise.get());
    }
  }

  static void equal(Object expected, Object actual, String what) {
    that(expected.equals(actual), () -> what + " must be " + expected + " but was " + actual);
  }
}
