package dev.onecycle.cli;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.run.Classification;
import dev.onecycle.run.EpochRecord;
import dev.onecycle.run.Position;
import dev.onecycle.run.StepRecord;
import dev.onecycle.run.TrainingListener;

/**
 * A listener whose failures to write are said and do not end the run; each only once in a row, for
 * some come with every step.
 */
final class Tolerant implements TrainingListener {
  private final Console console;
  private final TrainingListener listener;
  private String said = "";

  Tolerant(Console console, TrainingListener listener) {
    this.console = console;
    this.listener = listener;
  }

  /** Does something that may fail to write. */
  void tried(Runnable work) {
    try {
      work.run();
      said = "";
    } catch (CannotWriteException e) {
      String message = "Not saved: " + e.getMessage();
      if (!message.equals(said)) {
        said = message;
        console.answer(message);
      }
    }
  }

  @Override
  public void step(StepRecord step) {
    tried(() -> listener.step(step));
  }

  @Override
  public void evaluating(int epoch, int done, int total) {
    tried(() -> listener.evaluating(epoch, done, total));
  }

  @Override
  public void classified(int epoch, Classification classification) {
    tried(() -> listener.classified(epoch, classification));
  }

  @Override
  public void epoch(EpochRecord epoch) {
    tried(() -> listener.epoch(epoch));
  }

  @Override
  public void reached(Position position) {
    tried(() -> listener.reached(position));
  }
}
