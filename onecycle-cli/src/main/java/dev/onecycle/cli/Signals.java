package dev.onecycle.cli;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * Ctrl-C and TERM: the first asks the command to come to an end in order, the second ends the
 * process at once.
 */
final class Signals {
  private static final AtomicReference<@Nullable Signal> received = new AtomicReference<>();

  private Signals() {}

  /**
   * From now on signals interrupt this thread, so that a range test or a wait for data ends, and
   * {@link #stopRequested} answers true, so that training does.
   */
  static void watch() {
    Thread thread = Thread.currentThread();
    for (String name : new String[] {"INT", "TERM"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (received.compareAndSet(null, signal)) {
              thread.interrupt();
            } else {
              Runtime.getRuntime().halt(codeOf(signal));
            }
          });
    }
  }

  /**
   * Whether a signal has come; clears the interrupt that came with it, which would spoil writing.
   */
  static boolean stopRequested() {
    if (received.get() == null) {
      return false;
    }
    Thread.interrupted();
    return true;
  }

  static int exitCode() {
    Signal signal = received.get();
    return signal == null ? ExitCode.INTERRUPTED : codeOf(signal);
  }

  private static int codeOf(Signal signal) {
    return 128 + signal.getNumber();
  }
}
