package dev.onecycle.cli.console;

import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.RunControl;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C, TERM and HUP: the first asks the command to come to an end in order, a second one later
 * ends the process at once. USR1 asks for a checkpoint.
 *
 * <p>One order can arrive as two signals: {@code timeout} tells its child and then the whole group
 * of processes. So one that follows at once is taken for the same.
 *
 * <p>A process that a launcher watches gets a signal twice where the whole group of processes is
 * told, once from the system and once from the launcher: there a repeated one does nothing, and the
 * launcher ends the process at a second order.
 */
public final class Signals {
  /** Signals as the control of a job. */
  public static final RunControl CONTROL =
      new RunControl() {
        @Override
        public boolean stopRequested() {
          return Signals.stopRequested();
        }

        @Override
        public boolean saveRequested() {
          return Signals.saveRequested();
        }

        @Override
        public <T> T uninterrupted(Supplier<T> work) {
          return Signals.uninterrupted(work);
        }
      };

  /** Signals as the control of a job on ranks. */
  public static RunControl control(ProcessGroup ranks) {
    return new RunControl() {
      @Override
      public ProcessGroup ranks() {
        return ranks;
      }

      @Override
      public boolean stopRequested() {
        return CONTROL.stopRequested();
      }

      @Override
      public boolean saveRequested() {
        return CONTROL.saveRequested();
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return CONTROL.uninterrupted(work);
      }
    };
  }

  /** Signals within this time are one order. */
  private static final long SAME_ORDER_NANOS = 500_000_000;

  /** The number of the signal that has come; 0 before. */
  private static final AtomicInteger received = new AtomicInteger();

  private static long receivedAt;

  private static final AtomicBoolean SAVE = new AtomicBoolean();
  private static final Object INTERRUPTING = new Object();
  private static int uninterrupted;
  private static volatile boolean launched;
  private static volatile @Nullable Thread watched;

  private Signals() {}

  /**
   * From now on signals interrupt this thread, so that a range test or a wait for data ends, and
   * {@link #stopRequested} answers true, so that training does.
   */
  public static void watch() {
    Thread thread = Thread.currentThread();
    watched = thread;
    for (String name : List.of("INT", "TERM", "HUP")) {
      handle(name, signal -> arrived(signal, thread));
    }
    handle("USR1", signal -> SAVE.set(true));
  }

  /** Each signal has a thread of its own, and two of them may come at once. */
  private static synchronized void arrived(int signal, Thread thread) {
    if (received.compareAndSet(0, signal)) {
      receivedAt = System.nanoTime();
      interrupt(thread);
    } else if (!launched && System.nanoTime() - receivedAt > SAME_ORDER_NANOS) {
      Runtime.getRuntime().halt(codeOf(signal));
    }
  }

  /** From now on a launcher passes signals on. */
  public static void passedOn() {
    launched = true;
  }

  /** A signal that a launcher passes on; it need not be the first to do so. */
  public static void pass(int signal) {
    Thread thread = watched;
    if (thread == null) {
      System.exit(codeOf(signal));
    } else if (received.compareAndSet(0, signal)) {
      interrupt(thread);
    }
  }

  /** An order to save that a launcher passes on. */
  public static void passSave() {
    SAVE.set(true);
  }

  /** The number of the signal that has come; 0 before. */
  public static int number() {
    return received.get();
  }

  /** Not every system has every signal, nor every Java machine one left for us. */
  private static void handle(String name, IntConsumer handler) {
    try {
      // An import would be a warning of javadoc; Java has no other class for signals.
      sun.misc.Signal.handle(
          new sun.misc.Signal(name), signal -> handler.accept(signal.getNumber()));
    } catch (IllegalArgumentException e) {
      System.getLogger(Signals.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "no signal " + name, e);
    }
  }

  /** Whether USR1 has come since this was last asked. */
  public static boolean saveRequested() {
    return SAVE.getAndSet(false);
  }

  /** Whether a signal has come. */
  public static boolean stopRequested() {
    return received.get() != 0;
  }

  private static void interrupt(Thread thread) {
    synchronized (INTERRUPTING) {
      if (uninterrupted == 0) {
        thread.interrupt();
      }
    }
  }

  /**
   * Runs work that a signal must not interrupt, such as writing the files of a run that belong
   * together. An interrupt that a signal has left pending is cleared, for it would spoil writing;
   * {@link #stopRequested} tells of the signal as ever.
   */
  public static <T> T uninterrupted(Supplier<T> work) {
    synchronized (INTERRUPTING) {
      uninterrupted++;
      if (stopRequested()) {
        Thread.interrupted();
      }
    }
    try {
      return work.get();
    } finally {
      synchronized (INTERRUPTING) {
        uninterrupted--;
      }
    }
  }

  /** As {@link #uninterrupted(Supplier)}, for work that answers nothing. */
  public static void uninterrupted(Runnable work) {
    uninterrupted(
        () -> {
          work.run();
          return true;
        });
  }

  public static int exitCode() {
    int signal = received.get();
    return signal == 0 ? ExitCode.INTERRUPTED : codeOf(signal);
  }

  private static int codeOf(int signal) {
    return 128 + signal;
  }
}
