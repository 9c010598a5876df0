package dev.onecycle.selftest.data;

import com.sun.management.OperatingSystemMXBean;
import dev.onecycle.error.BadDataException;
import dev.onecycle.selftest.Expect;
import dev.onecycle.text.Numbers;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Work of the product within the time that is promised for it. */
final class Timed {
  private static final double MOST_SECONDS = 2;
  private static final double MOST_WAITING = 10;

  private Timed() {}

  /**
   * What {@code work} answers; it must not take longer than two seconds. Where other programs keep
   * the machine busy, they may be seconds of the processor.
   */
  static <T> T within(Callable<T> work) throws Exception {
    long begin = System.nanoTime();
    double beginProcessor = processor();
    try {
      return work.call();
    } finally {
      double seconds = (System.nanoTime() - begin) / 1e9;
      double ofProcessor = (processor() - beginProcessor) / 1e9;
      boolean waited = busy() && ofProcessor < MOST_SECONDS && seconds < MOST_WAITING;
      Expect.that(
          seconds < MOST_SECONDS || waited,
          () ->
              Numbers.format(
                  "it must take less than 2 s but took %.1f s, %.1f s of the processor",
                  seconds, ofProcessor));
    }
  }

  /** Whether others want more of the machine than there is. */
  private static boolean busy() {
    java.lang.management.OperatingSystemMXBean system =
        ManagementFactory.getOperatingSystemMXBean();
    return system.getSystemLoadAverage() > system.getAvailableProcessors();
  }

  /** Nanoseconds; no difference of two of them is small where they are not known. */
  private static double processor() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            && system.getProcessCpuTime() >= 0
        ? system.getProcessCpuTime()
        : Double.NaN;
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
