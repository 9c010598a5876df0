package dev.onecycle.run;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;

/**
 * Watches a training run; it cannot change it.
 *
 * <p>Called on the training thread, in order. An exception thrown here ends the run.
 */
public interface TrainingListener {
  /** A step was taken. */
  default void step(StepRecord step) {}

  /** The evaluation of an epoch proceeds: {@code done} of {@code total} images are scored. */
  default void evaluating(int epoch, int done, int total) {}

  /**
   * How the evaluation images were classified after an epoch; called just before its record, where
   * the epoch was evaluated.
   */
  default void classified(int epoch, Classification classification) {}

  /** An epoch was trained, and evaluated where it is to be. */
  default void epoch(EpochRecord epoch) {}

  /**
   * The run stands between two steps: after every step, and once more at the end of every epoch.
   * What the position and the learner hold by now is all that is needed to go on from here.
   */
  default void reached(TrainingPosition position) {}

  /** A listener that tells each of several, in order. */
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
