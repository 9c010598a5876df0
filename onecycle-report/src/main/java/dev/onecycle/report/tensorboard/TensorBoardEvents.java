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
 * An event file that TensorBoard shows while the run goes on: {@code tensorboard --logdir} of the
 * folder, or of one that folders of several runs lie in.
 *
 * <p>A step's values are {@code train/loss}, {@code learning_rate} and {@code momentum}, at the
 * zero-based step. An epoch's are {@code train/epoch_loss}, {@code validation/loss}, {@code
 * validation/accuracy} (a share, in [0, 1]) and {@code images_per_second}, at the last step of the
 * epoch, where the curves of the steps are by then; those of validation where the epoch was
 * evaluated. TensorBoard keeps numbers as {@code float}; NaN and infinite losses are written as
 * such. By default it shows about 1000 points of a longer curve, drawn at random; {@code
 * --samples_per_plugin scalars=100000} shows up to so many.
 *
 * <p>Events are on disk at the end of each epoch at the latest, and when the file is closed, so a
 * process that is killed loses at most what came after the last epoch. Not for several threads at a
 * time. An error ends the file: later calls fail too, and what was written before can be read.
 *
 * <p>The format is that of TensorFlow's {@code EventsWriter}, version {@code brain.Event:2}.
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
   * Makes the folder, where it is not there yet, and starts a file in it beside those that may be
   * there: {@code events.out.tfevents.SECONDS.onecycle.PROCESS.N}. TensorBoard takes the files of a
   * folder for one run.
   *
   * @throws CannotWriteException where the folder or the file cannot be created
   */
  public static TensorBoardEvents create(Path folder) {
    return create(folder, InstantSource.system());
  }

  /**
   * The same with the times of a clock, so that equal runs give equal bytes.
   *
   * @param clock what events say they were written at, and the file's name says it was started at
   * @throws CannotWriteException where the folder or the file cannot be created
   */
  public static TensorBoardEvents create(Path folder, InstantSource clock) {
    return new TensorBoardEvents(EventFile.create(RunFolder.made(folder), clock.instant()), clock);
  }

  /**
   * Says that the run goes on from a step, where it is gone on with or has gone back: TensorBoard
   * drops what it has read of that step and later ones.
   *
   * @param step zero-based
   * @throws CannotWriteException where the file cannot be written
   */
  public void restart(long step) {
    file.append(Event.restart(clock.instant(), Require.atLeast("step", step, 0)));
    file.flush();
  }

  /** The file that is written. */
  public Path path() {
    return file.path();
  }

  /**
   * {@inheritDoc}
   *
   * @throws CannotWriteException where the file cannot be written
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
   * @throws CannotWriteException where the file cannot be written
   */
  @Override
  public void epoch(EpochRecord e) {
    List<Event.Value> values = new ArrayList<>();
    values.add(Event.scalar("train/epoch_loss", e.trainLoss()));
    for (Evaluated evaluated : e.evaluated().stream().toList()) {
      values.add(Event.scalar("validation/loss", evaluated.loss()));
      values.add(Event.scalar("validation/accuracy", evaluated.accuracy()));
    }
    values.add(Event.scalar("images_per_second", e.imagesPerSecond()));
    append(e.steps() - 1, values.toArray(Event.Value[]::new));
    file.flush();
  }

  /**
   * Adds a figure as a PNG image; it is on disk with the next epoch, or when the file is closed.
   *
   * @param tag what stands above it; what comes before a slash groups figures
   * @param step zero-based; figures of one tag at several steps get a slider
   * @throws InvalidValueException where the tag is blank or the step negative
   * @throws MissingFontsException where Java finds no font to write with
   * @throws CannotWriteException where the file cannot be written
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
   * Writes what is still in memory and closes the file; a second time, and after an error, nothing
   * more is written.
   *
   * @throws CannotWriteException where the file cannot be written
   */
  @Override
  public void close() {
    file.close();
  }
}
