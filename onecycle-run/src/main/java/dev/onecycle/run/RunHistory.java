package dev.onecycle.run;

import dev.onecycle.error.BadDataException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.files.CsvTable;
import dev.onecycle.run.files.CsvTable.Rows;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the folder of a run holds at a moment: its record, and its steps and epochs so far.
 *
 * <p>A run may still be going on, or may have been ended by force, so that its CSV files end in the
 * middle of a line: rows that cannot be understood are left out, and {@code notes} says so.
 *
 * @param name the folder's name
 * @param record what was set, on what it ran, and how it ended
 * @param steps those on disk, in order
 * @param epochs those completed, in order
 * @param notes sentences about what is missing or was left out; empty for a sound folder
 */
public record RunHistory(
    String name,
    RunRecord record,
    List<StepRecord> steps,
    List<EpochRecord> epochs,
    List<String> notes) {
  public RunHistory {
    steps = List.copyOf(steps);
    epochs = List.copyOf(epochs);
    notes = List.copyOf(notes);
  }

  /**
   * Reads a folder.
   *
   * @throws BadDataException where {@code run.json} cannot be read or is no run record
   */
  public static RunHistory read(Path folder) {
    RunRecord record = RunFolder.read(folder);
    Rows<StepRecord> steps = CsvTable.STEPS.read(folder.resolve(RunFolder.STEPS));
    Rows<EpochRecord> epochs = CsvTable.EPOCHS.read(folder.resolve(RunFolder.EPOCHS));
    return new RunHistory(
        name(folder),
        record,
        steps.rows(),
        epochs.rows(),
        Stream.concat(steps.notes().stream(), epochs.notes().stream()).toList());
  }

  private static String name(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }
}
