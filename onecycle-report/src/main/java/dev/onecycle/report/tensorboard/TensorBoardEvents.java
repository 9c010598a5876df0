package dev.onecycle.report.tensorboard;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.error.Require;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.TrainingListener;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * An event file for TensorBoard, which can show the run while it trains.
 *
 * <p>Start {@code tensorboard --logdir} with the folder, or with a folder that holds several runs.
 *
 * <p>Each step writes {@code train/loss}, {@code learning_rate} and {@code momentum} at the
 * zero-based step. Each epoch writes {@code train/epoch_loss} and {@code samples_per_second} at its
 * last step; an evaluated epoch also writes {@code validation/loss} and {@code
 * validation/accuracy}, a share in [0, 1]. TensorBoard stores numbers as {@code float}; NaN and
 * infinite losses are written too. By default it shows a random sample of about 1000 points of a
 * curve; {@code --samples_per_plugin scalars=100000} raises this limit.
 *
 * <p>Events are on disk after each epoch and when the file is closed, so a killed process loses at
 * most the steps after its last epoch. An error ends the file: later calls fail too, and the events
 * before can be read. Use it from one thread at a time.
 *
 * <p>The format is the one of TensorFlow's {@code EventsWriter}, version {@code brain.Event:2}.
 */
public final class TensorBoardEvents implements TrainingListener, AutoCloseable {
  private final EventFile file;
  private final InstantSource clock;

  TensorBoardEvents(EventFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    try {
      file.append(Event.version(clock.instant()));
      file.flush();
    } catch (CannotWriteException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Starts a new file {@code events.out.tfevents.SECONDS.onecycle.PROCESS.N} in a folder, which is
   * created if necessary. TensorBoard takes all files of a folder as one run.
   *
   * @throws CannotWriteException if the folder or the file cannot be created
   */
  public static TensorBoardEvents create(Path folder) {
    return create(folder, InstantSource.system());
  }

  /**
   * Starts a new file with the times of a clock, so that equal runs give equal bytes.
   *
   * @param clock for the times of the events and for the name of the file
   * @throws CannotWriteException if the folder or the file cannot be created
   */
  public static TensorBoardEvents create(Path folder, InstantSource clock) {
    return new TensorBoardEvents(EventFile.create(RunFolder.made(folder), clock.instant()), clock);
  }

  /**
   * Marks a step at which the run continues after a resume or a return to an earlier step:
   * TensorBoard drops its events from that step on.
   *
   * @param step zero-based
   * @throws CannotWriteException if the file cannot be written
   */
  public void restart(long step) {
    file.append(Event.restart(clock.instant(), Require.atLeast("step", step, 0)));
    file.flush();
  }

  /** The path of the file. */
  public Path path() {
    return file.path();
  }

  /**
   * {@inheritDoc}
   *
   * @throws CannotWriteException if the file cannot be written
   */
  @Override
  public void step(StepRecord s) {
    append(
        s.step(),
        Event.scalar("train/loss", s.loss()),
        Event.scalar("learning_rate", s.learningRate()),
        Event.scalar("momentum", s.momentum()));
  }

  /**
   * {@inheritDoc}
   *
   * @throws CannotWriteException if the file cannot be written
   */
  @Override
  public void epoch(EpochRecord e) {
    List<Event.Value> values = new ArrayList<>();
    values.add(Event.scalar("train/epoch_loss", e.trainLoss()));
    for (Evaluated evaluated : e.evaluated().stream().toList()) {
      values.add(Event.scalar("validation/loss", evaluated.loss()));
      evaluated
          .metrics()
          .forEach((metric, value) -> values.add(Event.scalar("validation/" + metric, value)));
    }
    values.add(Event.scalar("samples_per_second", e.samplesPerSecond()));
    append(e.steps() - 1, values.toArray(Event.Value[]::new));
    file.flush();
  }

  /**
   * Adds a figure as a PNG image; it is on disk after the next epoch, or when the file is closed.
   *
   * @param tag its title; the part before a slash groups figures
   * @param step zero-based; figures with one tag and several steps get a slider
   * @throws InvalidValueException if the tag is blank or the step is negative
   * @throws MissingFontsException if Java finds no font
   * @throws CannotWriteException if the file cannot be written
   */
  public void figure(String tag, long step, Figure figure) {
    if (tag.isBlank()) {
      throw Require.invalid("tag", "a name", "\"" + tag + "\"", "say what the figure shows");
    }
    Require.atLeast("step", step, 0);
    append(step, Event.image(tag, figure.png()));
  }

  private void append(long step, Event.Value... values) {
    file.append(Event.summary(clock.instant(), step, values));
  }

  /**
   * Writes the remaining events and closes the file; does nothing after an error or a first close.
   *
   * @throws CannotWriteException if the file cannot be written
   */
  @Override
  public void close() {
    file.close();
  }
}
