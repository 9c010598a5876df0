package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.text.Numbers;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows a training run: a bar an epoch, and a line for each that is done. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
  private final Console console;
  private final int epochs;
  private final int stepsPerEpoch;
  private final int batchSize;
  private final String evaluationName;
  private @Nullable Bar bar;
  private boolean evaluating;
  private double smoothedLoss = Double.NaN;

  TrainingProgress(
      Console console, int epochs, int stepsPerEpoch, int batchSize, String evaluationName) {
    this.console = console;
    this.epochs = epochs;
    this.stepsPerEpoch = stepsPerEpoch;
    this.batchSize = batchSize;
    this.evaluationName = evaluationName;
  }

  @Override
  public void step(StepRecord step) {
    if (bar == null || evaluating) {
      close();
      evaluating = false;
      bar =
          new Bar(
              console,
              Numbers.format("epoch %d/%d", step.epoch() + 1, epochs),
              (long) stepsPerEpoch * batchSize,
              " images");
    }
    smoothedLoss =
        Double.isNaN(smoothedLoss) ? step.loss() : 0.95 * smoothedLoss + 0.05 * step.loss();
    long done = (step.step() - (long) step.epoch() * stepsPerEpoch + 1) * batchSize;
    bar.at(
        done,
        String.format(
            Locale.ROOT,
            "loss %.3f  rate %s  momentum %.3f",
            smoothedLoss,
            Numbers.brief(step.learningRate()),
            step.momentum()));
  }

  @Override
  public void evaluating(int epoch, int done, int total) {
    if (bar == null || !evaluating) {
      close();
      evaluating = true;
      bar = new Bar(console, "evaluating", total, " images");
    }
    bar.at(done, evaluationName + " images");
  }

  @Override
  public void epoch(EpochRecord e) {
    close();
    console.say(
        String.format(
            Locale.ROOT,
            "epoch %3d/%d   train loss %.4f   %s   %5.0f images/s   %.1f s",
            e.epoch() + 1,
            epochs,
            e.trainLoss(),
            e.evaluated().map(this::judged).orElseGet(this::notJudged),
            e.imagesPerSecond(),
            e.trainSeconds() + e.evaluated().map(Evaluated::seconds).orElse(0.0)));
  }

  private String judged(Evaluated e) {
    return String.format(
        Locale.ROOT,
        "%s loss %.4f   accuracy %6.2f %%",
        evaluationName,
        e.loss(),
        100 * e.accuracy());
  }

  /** As wide as what stands there after the other epochs. */
  private String notJudged() {
    String text = "not evaluated";
    return text + " ".repeat(judged(new Evaluated(0, 0, 0)).length() - text.length());
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
