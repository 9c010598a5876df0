package dev.onecycle.run;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.ClassificationRecord.Picture;
import dev.onecycle.run.ClassificationRecord.PictureSource;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.CsvTable;
import dev.onecycle.run.files.GrowingFile;
import dev.onecycle.run.files.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a run: {@code run.json}, {@code steps.csv}, {@code epochs.csv} and {@code
 * classification.json}, kept up to date during the run.
 *
 * <p>The CSV files have a header line and numbers that read back to the same bits. Steps are on
 * disk at the end of each epoch, and when the folder is closed. The classification is from the last
 * evaluation.
 */
public final class RunFolder implements RunOutput {
  public static final String RECORD = "run.json";
  public static final String STEPS = "steps.csv";
  public static final String EPOCHS = "epochs.csv";
  public static final String CLASSIFICATION = "classification.json";

  private final Path folder;
  private final @Nullable PictureSource pictures;
  private final RunLock lock;
  private final GrowingFile steps;
  private final GrowingFile epochs;
  private final CsvTable<StepRecord> table;
  private final CsvTable<EpochRecord> epochTable;

  /** A record that could not be written; null where the last one was. */
  private @Nullable RunRecord unwritten;

  private RunFolder(
      Path folder,
      RunRecord record,
      @Nullable PictureSource pictures,
      RunLock lock,
      TrainingPosition position) {
    Map<String, Double> rates = new LinkedHashMap<>();
    record.layerRates().forEach(rate -> rates.put(rate.column(), rate.factor()));
    table = CsvTable.steps(rates);
    this.folder = folder;
    this.pictures = pictures;
    this.lock = lock;
    steps = GrowingFile.of(folder.resolve(STEPS), table.text(stepsBefore(folder, position.step())));
    epochTable = CsvTable.epochs(record.task().metrics());
    epochs = GrowingFile.of(folder.resolve(EPOCHS), epochTable.text(position.epochs()));
  }

  @Override
  public void goBack(TrainingPosition position) {
    steps.cut(position.step());
    epochs.cut(position.epochs().size());
  }

  /** The steps before a position of a run that is resumed there. */
  private static List<StepRecord> stepsBefore(Path folder, long step) {
    return step == 0
        ? List.of()
        : CsvTable.STEPS.read(folder.resolve(STEPS)).rows().stream()
            .filter(row -> row.step() < step)
            .toList();
  }

  /**
   * Checks before a long computation that a folder can be written; leaves nothing there.
   *
   * @throws CannotWriteException if it cannot be written
   */
  public static void requireWritable(Path folder) {
    requireUnused(folder);
    AtomicFile.requireWritableFolder(folder);
  }

  /** Makes the folder and its files; the worst mistakes are kept without pictures. */
  public static RunFolder create(Path folder, RunRecord record) {
    return started(folder, record, null);
  }

  /**
   * Makes the folder and its files.
   *
   * @param pictures of the images that the run is evaluated on, for its worst mistakes
   */
  public static RunFolder create(Path folder, RunRecord record, PictureSource pictures) {
    return started(folder, record, pictures);
  }

  private static RunFolder started(
      Path folder, RunRecord record, @Nullable PictureSource pictures) {
    requireUnused(folder);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
    RunLock lock = RunLock.take(folder);
    try {
      removeUnfinished(folder);
      // First, so that every folder with a record can be resumed.
      JsonFile.write(folder.resolve(RECORD), record);
      Faults.at("run.begun");
      return new RunFolder(folder, record, pictures, lock, TrainingPosition.START);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Opens the folder of a run that is resumed. Rows after the position and unfinished files of a
   * killed process are removed.
   *
   * @param lock of the folder; closed together with the result
   * @param position from which the run is resumed
   * @param pictures of the images that the run is evaluated on, for its worst mistakes
   */
  public static RunFolder reopen(
      Path folder, RunLock lock, TrainingPosition position, PictureSource pictures) {
    removeUnfinished(folder);
    return new RunFolder(folder, read(folder), pictures, lock, position);
  }

  /** As the other method, of a run whose worst mistakes have no pictures. */
  public static RunFolder reopen(Path folder, RunLock lock, TrainingPosition position) {
    removeUnfinished(folder);
    return new RunFolder(folder, read(folder), null, lock, position);
  }

  /** Removes the unfinished files of a killed process. */
  private static void removeUnfinished(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path left : entries.filter(RunFolder::unfinished).toList()) {
        Files.delete(left);
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(folder, e);
    }
  }

  /** Whether a file is from a process that was killed before the run had a record. */
  private static boolean leftBehind(Path path) {
    return unfinished(path) || path.endsWith(RunLock.FILE);
  }

  private static boolean unfinished(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".") && name.endsWith(".tmp");
  }

  /** Makes a folder if it does not exist. */
  public static Path made(Path folder) {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
  }

  private static void requireUnused(Path folder) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.list(folder)) {
      if (!entries.allMatch(RunFolder::leftBehind)) {
        String advice =
            Files.exists(folder.resolve(RECORD))
                ? "resume the run in it, or name another folder"
                : "name another folder, or remove this one";
        throw Require.invalid("output folder", "new or empty", folder, advice);
      }
    } catch (IOException e) {
      throw IoErrors.cannotCreate(folder, e);
    }
  }

  /** The folder. */
  public Path path() {
    return folder;
  }

  @Override
  public void write(RunRecord record) {
    unwritten = record;
    JsonFile.write(folder.resolve(RECORD), record);
    unwritten = null;
  }

  @Override
  public void writeUnwritten() {
    RunRecord left = unwritten;
    if (left != null) {
      write(left);
    }
  }

  /**
   * Reads the record of a run.
   *
   * @throws BadDataException where there is none, or it cannot be read
   */
  public static RunRecord read(Path folder) {
    Path file = folder.resolve(RECORD);
    if (Files.notExists(file) || Files.isRegularFile(folder)) {
      throw new BadDataException(
          folder
              + (Files.exists(folder)
                  ? " is not the folder of a run: it has no " + RECORD
                  : " cannot be read: no such file or folder"));
    }
    RunRecord record = JsonFile.read(file, RunRecord.class, "a run record");
    if (record.format() != RunRecord.FORMAT) {
      throw new BadDataException(
          file + " has format " + record.format() + ", which this version does not know");
    }
    return record;
  }

  /**
   * Reads the classification of the evaluation images at the last evaluation; empty if the run has
   * none yet.
   *
   * @throws BadDataException naming the file, if it exists and cannot be read
   */
  public static Optional<ClassificationRecord> readClassification(Path folder) {
    Path file = folder.resolve(CLASSIFICATION);
    return Files.exists(file)
        ? Optional.of(JsonFile.read(file, ClassificationRecord.class, "a classification"))
        : Optional.empty();
  }

  @Override
  public void step(StepRecord s) {
    steps.append(table.line(s));
  }

  @Override
  public void classified(int epoch, Classification classification) {
    List<Picture> worst = pictures == null ? List.of() : pictures(classification.worst(), pictures);
    JsonFile.write(
        folder.resolve(CLASSIFICATION), new ClassificationRecord(epoch, classification, worst));
  }

  /** Made by rising index: a stream goes through each shard once. */
  private static List<Picture> pictures(List<Mistake> mistakes, PictureSource source) {
    Map<Integer, Picture> byIndex = new HashMap<>();
    mistakes.stream()
        .map(Mistake::index)
        .sorted()
        .forEach(index -> byIndex.computeIfAbsent(index, source::of));
    return mistakes.stream().map(mistake -> byIndex.get(mistake.index())).toList();
  }

  @Override
  public void epoch(EpochRecord e) {
    epochs.append(epochTable.line(e));
    flush();
  }

  @Override
  public void flush() {
    try {
      steps.flush();
    } finally {
      epochs.flush();
    }
  }

  @Override
  public void close() {
    try (lock) {
      flush();
    }
  }
}
