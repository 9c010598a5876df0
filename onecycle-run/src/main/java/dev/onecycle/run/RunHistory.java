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
 * The record of a run, with its steps and epochs so far.
 *
 * <p>A process that was killed may leave a CSV file that ends in the middle of a line. Rows that
 * cannot be read are left out, and {@code notes} says so.
 *
 * @param name the folder's name
 * @param record its settings, machine and result
 * @param steps the steps on disk, in order
 * @param epochs the completed epochs, in order
 * @param notes sentences about missing files and rows that were left out; empty for a sound folder
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
   * Reads a folder. A run that says it is running, and that no process trains, is interrupted.
   *
   * @throws BadDataException where {@code run.json} cannot be read or is no run record
   */
  public static RunHistory read(Path folder) {
    RunRecord record = RunEntry.present(RunFolder.read(folder), folder);
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
