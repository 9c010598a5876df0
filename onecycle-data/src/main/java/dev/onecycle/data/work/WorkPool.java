package dev.onecycle.data.work;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of work on all cores, with a bound on the bytes that wait for them.
 *
 * <p>The first failure ends the work: it comes out of the next {@link #submit} or of {@link
 * #finish}.
 */
public final class WorkPool implements AutoCloseable {
  private static final int UNIT = 1 << 10;

  /** A quarter of the heap, and no more than 256 MiB. */
  private static final int UNITS =
      (int) (Math.min(256 << 20, Runtime.getRuntime().maxMemory() / 4) / UNIT);

  private final ExecutorService threads;
  private final Semaphore room = new Semaphore(UNITS);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  public WorkPool(String name) {
    ThreadFactory factory =
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        };
    this.threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), factory);
  }

  /**
   * Runs {@code work} some time, once there is room.
   *
   * @param bytes the memory that the work holds or will hold
   */
  public void submit(long bytes, Runnable work) {
    int units = (int) Math.min(UNITS, 1 + bytes / UNIT);
    try {
      room.acquire(units);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw InterruptedRead.whileDoing("reading images", e);
    }
    rethrow();
    threads.execute(
        () -> {
          try {
            if (failure.get() == null) {
              work.run();
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          } finally {
            room.release(units);
          }
        });
  }

  /** Waits until all the work is done. */
  public void finish() {
    threads.shutdown();
    try {
      while (!threads.isTerminated()) {
        threads.awaitTermination(1, TimeUnit.DAYS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw InterruptedRead.whileDoing("reading images", e);
    }
    rethrow();
  }

  /** Gives up whatever has not begun, and waits for the rest. */
  @Override
  public void close() {
    threads.shutdownNow();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void rethrow() {
    Throwable cause = failure.get();
    if (cause instanceof Error error) {
      throw error;
    }
    if (cause != null) {
      throw (RuntimeException) cause;
    }
  }
}
