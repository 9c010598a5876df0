package dev.onecycle.selftest.data;

import com.sun.management.OperatingSystemMXBean;
import dev.onecycle.error.BadDataException;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.text.Numbers;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Requires that work ends within the promised time. */
final class Timed {
  private static final double MAX_SECONDS = 2;
  private static final double MAX_WAITING_SECONDS = 10;

  private Timed() {}

  /**
   * Returns the result of {@code work}, which must take less than two seconds; on a busy machine,
   * two seconds of processor time.
   */
  static <T> T within(Callable<T> work) throws Exception {
    long begin = System.nanoTime();
    double beginProcessor = processor();
    try {
      return work.call();
    } finally {
      double seconds = (System.nanoTime() - begin) / 1e9;
      double ofProcessor = (processor() - beginProcessor) / 1e9;
      boolean waited = busy() && ofProcessor < MAX_SECONDS && seconds < MAX_WAITING_SECONDS;
      Expect.that(
          seconds < MAX_SECONDS || waited,
          () ->
              Numbers.format(
                  "it must take less than 2 s but took %.1f s, %.1f s of the processor",
                  seconds, ofProcessor));
    }
  }

  /** Whether more programs run than the machine has processors. */
  private static boolean busy() {
    java.lang.management.OperatingSystemMXBean system =
        ManagementFactory.getOperatingSystemMXBean();
    return system.getSystemLoadAverage() > system.getAvailableProcessors();
  }

  /** Processor time in nanoseconds; NaN if it is not known. */
  private static double processor() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            && system.getProcessCpuTime() >= 0
        ? system.getProcessCpuTime()
        : Double.NaN;
  }

  /**
   * Requires that {@code work} fails within the promised time with one line that holds each of
   * {@code parts}.
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
