package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;

/**
 * What becomes of failures to write while a run goes on: they end it, or are said. One that comes
 * with every step is said once.
 *
 * @param console where they are said
 * @param goesOn whether the run goes on after such a failure
 */
record WriteFailurePolicy(Console console, boolean goesOn) {
  /** Does something that may fail to write. */
  void tried(Runnable writing) {
    tried(writing, "");
  }

  /** As {@link #tried(Runnable)}; answers the failure, which is not said again, or nothing. */
  private String tried(Runnable writing, String said) {
    try {
      writing.run();
      return "";
    } catch (CannotWriteException e) {
      if (!goesOn) {
        throw e;
      }
      String message = "Not saved: " + e.getMessage();
      if (!message.equals(said)) {
        console.answer(message);
      }
      return message;
    }
  }

  /** A listener that may fail to write. */
  TrainingListener guard(TrainingListener listener) {
    return new TrainingListener() {
      private String said = "";

      private void guarded(Runnable writing) {
        said = tried(writing, said);
      }

      @Override
      public void step(StepRecord step) {
        guarded(() -> listener.step(step));
      }

      @Override
      public void evaluating(int epoch, int done, int total) {
        guarded(() -> listener.evaluating(epoch, done, total));
      }

      @Override
      public void classified(int epoch, Classification classification) {
        guarded(() -> listener.classified(epoch, classification));
      }

      @Override
      public void epoch(EpochRecord epoch) {
        guarded(() -> listener.epoch(epoch));
      }

      @Override
      public void reached(TrainingPosition position) {
        guarded(() -> listener.reached(position));
      }
    };
  }
}
