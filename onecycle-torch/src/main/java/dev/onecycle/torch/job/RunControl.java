package dev.onecycle.torch.job;

import java.util.function.Supplier;

/** The reins of a job: when it is to stop or to save, and what must not be interrupted. */
public interface RunControl {
  /** Whether the job is to end in order: after the current step, with a checkpoint. */
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
