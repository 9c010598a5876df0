package dev.onecycle.torch.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Threads that each run the engine, single-threaded usually.
 *
 * <p>One image's operations are too small to share: with one replica a thread, threads meet once a
 * step instead of hundreds of times. On two cores that is faster, and where another process takes a
 * core it does not stall at every operation (docs/internals/performance-log.md).
 */
public final class Workers implements AutoCloseable {
  private final ExecutorService threads;

  public Workers(int count) {
    this(count, 1);
  }

  /**
   * Threads of which each shares its operations with others of the engine.
   *
   * @param each threads that compute an operation
   */
  public Workers(int count, int each) {
    threads =
        Executors.newFixedThreadPool(
            count,
            task -> {
              Thread thread =
                  new Thread(
                      () -> {
                        torch.set_num_threads(each); // counts for the calling thread
                        task.run();
                      },
                      "onecycle-worker");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs the tasks and waits for all of them, also while interrupted or where one has failed: a
   * step is never left half done, nor anything freed that another thread computes with. The
   * interrupt stays pending.
   */
  public <T> List<T> run(List<Callable<T>> tasks) {
    List<Future<T>> futures = new ArrayList<>();
    for (Callable<T> task : tasks) {
      futures.add(threads.submit(task));
    }
    List<T> results = new ArrayList<>();
    boolean interrupted = false;
    @Nullable Throwable failure = null;
    for (Future<T> future : futures) {
      while (true) {
        try {
          results.add(future.get());
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (!(failure instanceof Error)) {
            failure = NativeErrors.of(e.getCause() == null ? e : e.getCause());
          }
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return results;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
