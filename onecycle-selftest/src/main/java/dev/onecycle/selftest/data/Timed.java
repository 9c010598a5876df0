package dev.onecycle.selftest.data;

import dev.onecycle.error.BadDataException;
import dev.onecycle.selftest.Expect;
import dev.onecycle.text.Numbers;
import java.util.concurrent.Callable;

/** Work of the product within the time that is promised for it. */
final class Timed {
  private static final double MOST_SECONDS = 2;

  private Timed() {}

  /** What {@code work} answers; it must not take longer than two seconds. */
  static <T> T within(Callable<T> work) throws Exception {
    long begin = System.nanoTime();
    try {
      return work.call();
    } finally {
      double seconds = (System.nanoTime() - begin) / 1e9;
      Expect.that(
          seconds < MOST_SECONDS,
          () -> Numbers.format("it must take less than 2 s but took %.1f s", seconds));
    }
  }

  /**
   * What {@code work} must fail with: one line that holds each of {@code parts}, in the time that
   * is promised.
   */
  static void refused(Callable<?> work, String... parts) throws Exception {
    String message;
    try {
      within(work);
      throw new AssertionError("it must be refused but was read");
    } catch (BadDataException e) {
      message = String.valueOf(e.getMessage());
    }
    Expect.equal(1L, message.lines().count(), "the number of lines of '" + message + "'");
    for (String part : parts) {
      Expect.that(message.contains(part), () -> "'" + message + "' must say '" + part + "'");
    }
  }
}
