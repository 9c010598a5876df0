package dev.onecycle.torch.job;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import java.util.function.Consumer;

/**
 * The reaction to a failed write while a run trains: it ends the run, or is said. A failure that
 * comes with every step is said once.
 *
 * @param continues whether the run continues after a failure
 * @param warning told of a failure that the run survives
 */
record WriteFailurePolicy(boolean continues, Consumer<String> warning) {
  /** Does work that may fail to write. */
  void tried(Runnable writing) {
    tried(writing, "");
  }

  /** As {@link #tried(Runnable)}; answers the failure, which is not said twice, or nothing. */
  private String tried(Runnable writing, String said) {
    try {
      writing.run();
      return "";
    } catch (CannotWriteException e) {
      if (!continues) {
        throw e;
      }
      String message = "Not saved: " + e.getMessage();
      if (!message.equals(said)) {
        warning.accept(message);
      }
      return message;
    }
  }

  /** A listener that may fail to write, and that an interrupt must not end halfway an epoch. */
  TrainingListener guarded(TrainingListener listener, RunControl control) {
    return new TrainingListener() {
      private String said = "";

      private void guard(Runnable writing) {
        said = tried(writing, said);
      }

      @Override
      public void step(StepRecord step) {
        guard(() -> listener.step(step));
      }

      @Override
      public void evaluating(int epoch, int done, int total) {
        guard(() -> listener.evaluating(epoch, done, total));
      }

      @Override
      public void classified(int epoch, Classification classification) {
        guard(() -> control.uninterrupted(() -> listener.classified(epoch, classification)));
      }

      @Override
      public void epoch(EpochRecord epoch) {
        guard(() -> control.uninterrupted(() -> listener.epoch(epoch)));
      }

      @Override
      public void reached(TrainingPosition position) {
        guard(() -> listener.reached(position));
      }
    };
  }
}
