package dev.onecycle.torch.job;

import dev.onecycle.torch.distributed.ProcessGroup;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The control of a job by its program: the ranks that it runs on, when it is to stop or to save,
 * and the work that must not be interrupted.
 */
public interface RunControl {
  /** The ranks that the job runs on. All of them make the same calls with equal arguments. */
  default ProcessGroup ranks() {
    return ProcessGroup.ALONE;
  }

  /**
   * Whether the job is to end in order: after the current step, with a checkpoint. Of several ranks
   * it is enough that one says so.
   */
  boolean stopRequested();

  /** Whether a checkpoint is asked for; asking again answers false until it is asked for anew. */
  default boolean saveRequested() {
    return false;
  }

  /**
   * Runs work that an interrupt must not end halfway, such as writing files that belong together.
   */
  <T> T uninterrupted(Supplier<T> work);

  /** As {@link #uninterrupted(Supplier)}, for work without a result. */
  default void uninterrupted(Runnable work) {
    uninterrupted(
        () -> {
          work.run();
          return true;
        });
  }

  /**
   * Runs on ranks. An interrupt of the calling thread of one rank stops all of them after the same
   * step: the job has a thread of its own, whose waits no interrupt ends.
   */
  static RunControl on(ProcessGroup ranks) {
    /*
     * An interrupt must not end the waits of one rank, such as the wait for its next batch: the
     * others would wait for it. The calling thread turns it into a request to stop.
     */
    final class OnRanks implements RunControl {
      private volatile boolean interrupted;
      private volatile @Nullable Thread job;

      @Override
      public ProcessGroup ranks() {
        return ranks;
      }

      @Override
      public boolean stopRequested() {
        return interrupted || Thread.currentThread().isInterrupted();
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        if (Thread.currentThread() == job) {
          return work.get();
        }
        FutureTask<T> task = new FutureTask<>(work::get);
        Thread thread = new Thread(task, "onecycle-rank-" + ranks.rank());
        thread.setDaemon(true);
        job = thread;
        thread.start();
        try {
          return result(task);
        } finally {
          job = null;
          if (interrupted) {
            Thread.currentThread().interrupt();
          }
        }
      }

      private <T> T result(FutureTask<T> task) {
        while (true) {
          try {
            return task.get();
          } catch (InterruptedException e) {
            interrupted = true;
          } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
              throw error;
            }
            if (e.getCause() instanceof RuntimeException exception) {
              throw exception;
            }
            throw new IllegalStateException(e.getCause());
          }
        }
      }
    }
    return ranks.isAlone() ? INTERRUPTS : new OnRanks();
  }

  /** Stops where the calling thread is interrupted. */
  RunControl INTERRUPTS =
      new RunControl() {
        @Override
        public boolean stopRequested() {
          return Thread.currentThread().isInterrupted();
        }

        @Override
        public <T> T uninterrupted(Supplier<T> work) {
          boolean interrupted = Thread.interrupted();
          try {
            return work.get();
          } finally {
            if (interrupted) {
              Thread.currentThread().interrupt();
            }
          }
        }
      };
}
