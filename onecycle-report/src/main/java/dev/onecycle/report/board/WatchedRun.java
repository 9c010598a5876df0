package dev.onecycle.report.board;

import dev.onecycle.error.BadDataException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunEntry;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.files.CsvTable;
import dev.onecycle.run.files.CsvTail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run that is looked at again and again; only what has changed is read. */
final class WatchedRun {
  private final String name;
  private final Path folder;
  private final CsvTail<EpochRecord> epochs;
  private @Nullable CsvTail<StepRecord> steps;
  private @Nullable Object stamp;
  private @Nullable RunRecord record;
  private String problem = "";

  WatchedRun(String name, Path folder) {
    this.name = name;
    this.folder = folder;
    epochs = new CsvTail<>(CsvTable.EPOCHS, folder.resolve(RunFolder.EPOCHS));
  }

  String name() {
    return name;
  }

  Path folder() {
    return folder;
  }

  /** Its present state. */
  RunEntry entry() {
    readRecord();
    String unread = update(epochs);
    return record == null
        ? RunEntry.damaged(name, folder, epochs.rows(), problem + unread)
        : RunEntry.of(name, folder, record, epochs.rows());
  }

  /** Its present state with its curves; empty where its record cannot be read. */
  Optional<RunHistory> history() {
    RunEntry entry = entry();
    CsvTail<StepRecord> tail =
        steps == null ? new CsvTail<>(CsvTable.STEPS, folder.resolve(RunFolder.STEPS)) : steps;
    steps = tail;
    String unread = update(tail);
    return entry
        .record()
        .map(
            read ->
                new RunHistory(
                    name,
                    read,
                    tail.rows(),
                    entry.epochs(),
                    unread.isEmpty() ? List.of() : List.of(unread)));
  }

  /** Frees the memory of its curves, which are read again when they are asked for. */
  void forgetSteps() {
    steps = null;
  }

  /** Reads what is new; answers the reason where that is not possible. */
  private static String update(CsvTail<?> tail) {
    try {
      tail.update();
      return "";
    } catch (BadDataException e) {
      return " " + e.getMessage();
    }
  }

  private void readRecord() {
    Object now = stamp(folder.resolve(RunFolder.RECORD));
    if (now.equals(stamp)) {
      return;
    }
    stamp = now;
    try {
      record = RunFolder.read(folder);
      problem = "";
    } catch (BadDataException e) {
      record = null;
      problem = String.valueOf(e.getMessage());
    }
  }

  /** A value that is another one when a file has been replaced. */
  private static Object stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey()));
    } catch (IOException e) {
      return "absent";
    }
  }
}
