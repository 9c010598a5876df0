package dev.onecycle.run;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;

/**
 * A listener of a training run: it is told of every event and changes nothing.
 *
 * <p>Called on the training thread, in order. An exception thrown here ends the run.
 */
public interface TrainingListener {
  /** A step was taken. */
  default void step(StepRecord step) {}

  /** The evaluation of an epoch has scored {@code done} of {@code total} images. */
  default void evaluating(int epoch, int done, int total) {}

  /**
   * The evaluation images were classified after an epoch. Called just before {@link #epoch}, where
   * the epoch was evaluated.
   */
  default void classified(int epoch, Classification classification) {}

  /** An epoch was trained, and evaluated where it is one that is evaluated. */
  default void epoch(EpochRecord epoch) {}

  /**
   * The run has reached a position between two steps: after every step, and once more at the end of
   * every epoch. The position and the learner now hold all that resuming needs.
   */
  default void reached(TrainingPosition position) {}

  /** A listener that tells several others, in order. */
  static TrainingListener all(TrainingListener... listeners) {
    return new TrainingListener() {
      @Override
      public void step(StepRecord step) {
        for (TrainingListener listener : listeners) {
          listener.step(step);
        }
      }

      @Override
      public void evaluating(int epoch, int done, int total) {
        for (TrainingListener listener : listeners) {
          listener.evaluating(epoch, done, total);
        }
      }

      @Override
      public void classified(int epoch, Classification classification) {
        for (TrainingListener listener : listeners) {
          listener.classified(epoch, classification);
        }
      }

      @Override
      public void epoch(EpochRecord epoch) {
        for (TrainingListener listener : listeners) {
          listener.epoch(epoch);
        }
      }

      @Override
      public void reached(TrainingPosition position) {
        for (TrainingListener listener : listeners) {
          listener.reached(position);
        }
      }
    };
  }
}
