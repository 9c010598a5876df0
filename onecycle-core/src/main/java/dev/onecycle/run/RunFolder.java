package dev.onecycle.run;

import dev.onecycle.data.ImageDataset;
import dev.onecycle.data.Pictures;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.Require;
import java.io.BufferedWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run: {@code run.json}, {@code steps.csv}, {@code epochs.csv} and {@code
 * classification.json}, kept up to date while the run goes on.
 *
 * <p>The CSV files have a header line and numbers that read back to the same bits. Steps are on
 * disk at the end of each epoch, and when the folder is closed. The classification is that after
 * the last epoch.
 */
public final class RunFolder implements TrainingListener, AutoCloseable {
  public static final String RECORD = "run.json";
  public static final String STEPS = "steps.csv";
  public static final String EPOCHS = "epochs.csv";
  public static final String CLASSIFICATION = "classification.json";

  private final Path folder;
  private final @Nullable ImageDataset evaluation;
  private final BufferedWriter steps;
  private final BufferedWriter epochs;

  private RunFolder(Path folder, @Nullable ImageDataset evaluation) throws IOException {
    this.folder = folder;
    this.evaluation = evaluation;
    steps = writer(folder.resolve(STEPS));
    epochs = writer(folder.resolve(EPOCHS));
    steps.write("step,epoch,learning_rate,momentum,loss\n");
    epochs.write(
        "epoch,steps,train_loss,evaluation_loss,accuracy,images_per_second,train_seconds,"
            + "evaluation_seconds\n");
    steps.flush();
    epochs.flush();
  }

  /** Not a channel of {@link Files}, which an interrupt of the training thread would close. */
  private static BufferedWriter writer(Path file) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(new FileOutputStream(file.toFile()), StandardCharsets.UTF_8));
  }

  /**
   * Makes sure that a folder could be written, without leaving anything there: for use before a
   * long computation.
   *
   * @throws CannotWriteException where it could not
   */
  public static void requireWritable(Path folder) {
    requireUnused(folder);
    AtomicFile.requireWritableFolder(folder);
  }

  /** Makes the folder and starts its files; the worst mistakes are kept without pictures. */
  public static RunFolder create(Path folder, RunRecord record) {
    return started(folder, record, null);
  }

  /**
   * Makes the folder and starts its files.
   *
   * @param evaluation the images that the run is evaluated on, for the pictures of mistakes
   */
  public static RunFolder create(Path folder, RunRecord record, ImageDataset evaluation) {
    return started(folder, record, evaluation);
  }

  private static RunFolder started(
      Path folder, RunRecord record, @Nullable ImageDataset evaluation) {
    requireUnused(folder);
    try {
      Files.createDirectories(folder);
      RunFolder run = new RunFolder(folder, evaluation);
      run.write(record);
      return run;
    } catch (IOException e) {
      throw AtomicFile.cannotCreate(folder, e);
    }
  }

  /** Makes a folder, where it is not there yet. */
  public static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw AtomicFile.cannotCreate(folder, e);
    }
  }

  private static void requireUnused(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw Require.invalid(
            "output folder", "new or empty", folder, "name another with --out, or remove it");
      }
    } catch (IOException e) {
      throw AtomicFile.cannotCreate(folder, e);
    }
  }

  /** Where the run lies. */
  public Path path() {
    return folder;
  }

  /** Replaces {@code run.json}. */
  public void write(RunRecord record) {
    JsonFile.write(folder.resolve(RECORD), record);
  }

  /** Reads the record of a run. */
  public static RunRecord read(Path folder) {
    return JsonFile.read(folder.resolve(RECORD), RunRecord.class, "a run record");
  }

  /**
   * Reads how the evaluation images of a run were classified after its last epoch; empty where the
   * run has none yet, or is of a version that did not keep it.
   *
   * @throws BadDataException naming the file, where it is there and cannot be read
   */
  public static Optional<ClassificationRecord> readClassification(Path folder) {
    Path file = folder.resolve(CLASSIFICATION);
    return Files.exists(file)
        ? Optional.of(JsonFile.read(file, ClassificationRecord.class, "a classification"))
        : Optional.empty();
  }

  @Override
  public void step(StepRecord s) {
    append(
        steps,
        STEPS,
        s.step() + "," + s.epoch() + "," + s.learningRate() + "," + s.momentum() + "," + s.loss());
  }

  @Override
  public void classified(int epoch, Classification classification) {
    List<ClassificationRecord.Picture> pictures =
        evaluation == null
            ? List.of()
            : classification.worst().stream().map(m -> picture(evaluation, m.index())).toList();
    JsonFile.write(
        folder.resolve(CLASSIFICATION), new ClassificationRecord(epoch, classification, pictures));
  }

  private static ClassificationRecord.Picture picture(ImageDataset images, int index) {
    return new ClassificationRecord.Picture(
        Pictures.png(images, index, ClassificationRecord.LONGEST_SIDE));
  }

  @Override
  public void epoch(EpochRecord e) {
    append(
        epochs,
        EPOCHS,
        e.epoch()
            + ","
            + e.steps()
            + ","
            + e.trainLoss()
            + ","
            + e.evaluationLoss()
            + ","
            + e.accuracy()
            + ","
            + e.imagesPerSecond()
            + ","
            + e.trainSeconds()
            + ","
            + e.evaluationSeconds());
    flush();
  }

  private void append(BufferedWriter writer, String name, String line) {
    try {
      writer.write(line);
      writer.write('\n');
    } catch (IOException e) {
      throw AtomicFile.cannotWrite(folder.resolve(name), e);
    }
  }

  private void flush() {
    try {
      steps.flush();
      epochs.flush();
    } catch (IOException e) {
      throw AtomicFile.cannotWrite(folder.resolve(STEPS), e);
    }
  }

  @Override
  public void close() {
    try (steps;
        epochs) {
      flush();
    } catch (IOException e) {
      throw AtomicFile.cannotWrite(folder.resolve(STEPS), e);
    }
  }
}
