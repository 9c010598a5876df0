package dev.onecycle.run;

import dev.onecycle.schedule.Policy;
import java.nio.file.Path;

/**
 * Watches a run from its folder to its end; it cannot change it.
 *
 * <p>Called on the training thread, in order. An exception thrown here ends the run, but for a
 * {@link dev.onecycle.error.CannotWriteException} where the run was told to go on after these.
 */
public interface RunListener extends TrainingListener {
  /** The folder has its record; the first step follows. */
  default void begun(Path folder, RunRecord record, Policy policy) {}

  /** A run that was begun before continues from a position. */
  default void resumed(Path folder, RunRecord record, Policy policy, TrainingPosition from) {}

  /** After a divergence the run went back to a position, and continues by an amended policy. */
  default void retried(RunRecord record, Policy policy, TrainingPosition from) {}

  /** A sentence for people who follow the run. */
  default void note(String sentence) {}

  /** A sentence that people should not miss: something was not saved, or may differ. */
  default void warning(String sentence) {}

  /**
   * The run has ended, in whatever way; its files are complete. An exception thrown here does not
   * change how it ended: of a finished run the caller gets it, of a failed run it is added to the
   * failure as suppressed.
   */
  default void ended(Path folder, RunRecord record) {}
}
