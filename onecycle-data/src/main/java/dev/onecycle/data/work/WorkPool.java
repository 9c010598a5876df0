package dev.onecycle.data.work;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A thread pool on all cores with a bound on the memory of waiting tasks.
 *
 * <p>The first failure ends the work: the next call of {@link #submit} or {@link #finish} throws
 * it.
 */
public final class WorkPool implements AutoCloseable {
  private static final int UNIT = 1 << 10;

  /** A quarter of the heap, at most 256 MiB, in units. */
  private static final int UNITS =
      (int) (Math.min(256 << 20, Runtime.getRuntime().maxMemory() / 4) / UNIT);

  private final ExecutorService threads;
  private final Semaphore memory = new Semaphore(UNITS);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /**
   * @param name the name of the threads
   */
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
   * Submits {@code work}; waits until there is enough memory for it.
   *
   * @param bytes the memory that the work takes
   */
  public void submit(long bytes, Runnable work) {
    int units = (int) Math.min(UNITS, 1 + bytes / UNIT);
    try {
      memory.acquire(units);
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
            memory.release(units);
          }
        });
  }

  /** Waits until all work is done. */
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

  /** Drops the work that has not begun, and waits for the rest. */
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
