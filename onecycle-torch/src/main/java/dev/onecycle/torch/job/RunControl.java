package dev.onecycle.torch.job;

import dev.onecycle.torch.distributed.ProcessGroup;
import java.util.function.Supplier;

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
    return ranks.isAlone() ? INTERRUPTS : new RankControl(ranks);
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
