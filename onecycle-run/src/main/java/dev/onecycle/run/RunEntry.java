package dev.onecycle.run;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.files.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A run as a list of runs shows it: what is known, also of a run that is unfinished or damaged.
 *
 * @param name of the run in its list: its path from the list's folder, with slashes
 * @param folder of the run
 * @param state of the run
 * @param record its settings and result; empty where {@code run.json} cannot be read
 * @param epochs the completed epochs that can be read
 * @param problem the reason why it is damaged, in a sentence
 */
public record RunEntry(
    String name,
    Path folder,
    State state,
    Optional<RunRecord> record,
    List<EpochRecord> epochs,
    Optional<String> problem) {
  /** The state of a run, as its record and its lock tell. */
  public enum State {
    /** A process is training it. */
    TRAINING,
    FINISHED,
    /** It was stopped, or its process has ended without a word. */
    INTERRUPTED,
    DIVERGED,
    FAILED,
    /** Its record cannot be read. */
    DAMAGED;

    /** The name in texts and files. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RunEntry {
    epochs = List.copyOf(epochs);
  }

  /** Reads the present state of a folder. */
  public static RunEntry read(String name, Path folder) {
    List<EpochRecord> epochs = CsvTable.EPOCHS.read(folder.resolve(RunFolder.EPOCHS)).rows();
    try {
      return of(name, folder, RunFolder.read(folder), epochs);
    } catch (BadDataException e) {
      return damaged(name, folder, epochs, String.valueOf(e.getMessage()));
    }
  }

  /** The entry of a run whose files have been read; its lock is asked for. */
  public static RunEntry of(String name, Path folder, RunRecord record, List<EpochRecord> epochs) {
    return new RunEntry(
        name, folder, state(record, folder), Optional.of(record), epochs, Optional.empty());
  }

  /** The entry of a run whose record cannot be read. */
  public static RunEntry damaged(
      String name, Path folder, List<EpochRecord> epochs, String problem) {
    return new RunEntry(
        name, folder, State.DAMAGED, Optional.empty(), epochs, Optional.of(problem));
  }

  /** The record, of which the process may have ended without a word: it is then interrupted. */
  static RunRecord present(RunRecord record, Path folder) {
    return record.status() == Status.RUNNING && !isTraining(folder)
        ? record.withEnd(Status.INTERRUPTED, "", Map.of())
        : record;
  }

  private static State state(RunRecord record, Path folder) {
    return switch (present(record, folder).status()) {
      case RUNNING -> State.TRAINING;
      case FINISHED -> State.FINISHED;
      case INTERRUPTED -> State.INTERRUPTED;
      case DIVERGED -> State.DIVERGED;
      case FAILED -> State.FAILED;
    };
  }

  /** A file system without locks leaves what the record says. */
  private static boolean isTraining(Path folder) {
    try {
      return RunLock.isHeld(folder);
    } catch (IOException e) {
      System.getLogger(RunEntry.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "no lock of " + folder + ": " + IoErrors.reason(e));
      return true;
    }
  }

  /** The time when it was begun; empty where it is not known. */
  public Optional<Instant> started() {
    return record.flatMap(r -> instant(r.started()));
  }

  /** The time when it ended; empty where it has not, or where it is not known. */
  public Optional<Instant> ended() {
    return record.flatMap(r -> instant(r.ended()));
  }

  private static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Optional.empty(); // the empty text of a run that has not ended, or no time at all
    }
  }

  /** The data as given; empty where they are not known. */
  public String data() {
    return record.map(r -> r.data().source()).orElse("");
  }

  /** The name of the model; empty where it is not known. */
  public String model() {
    return record
        .map(r -> r.settings().getOrDefault("model", r.conditions().byName().get("model")))
        .map(String::valueOf)
        .orElse("");
  }

  /** The metric that tells the best epoch; empty where it is not known. */
  public Optional<Measure> measure() {
    return record.map(r -> r.task().judge());
  }

  /** The value of the measure at the last evaluation, of a share in [0, 1]. */
  public OptionalDouble value() {
    return finite(measure().flatMap(m -> last(m, EpochRecord.lastEvaluated(epochs))));
  }

  /** The best value of the measure at any evaluation, of a share in [0, 1]. */
  public OptionalDouble bestValue() {
    return finite(measure().flatMap(m -> last(m, EpochRecord.best(epochs, m))));
  }

  private static Optional<Double> last(Measure measure, Optional<EpochRecord> epoch) {
    return epoch.flatMap(EpochRecord::evaluated).map(evaluated -> evaluated.value(measure));
  }

  /** The loss of the last evaluation. */
  public OptionalDouble evaluationLoss() {
    return finite(
        EpochRecord.lastEvaluated(epochs).flatMap(EpochRecord::evaluated).map(Evaluated::loss));
  }

  private static OptionalDouble finite(Optional<Double> value) {
    return value.filter(Double::isFinite).map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  /** The planned number of epochs; empty where it is not known. */
  public OptionalInt plannedEpochs() {
    return record.map(RunRecord::plannedEpochs).orElse(OptionalInt.empty());
  }

  /** The peak learning rate of the policy, the lowered one where it was lowered. */
  public OptionalDouble peak() {
    return finite(record.map(r -> r.policy().peak()));
  }

  /** The time spent training, without evaluation; 0 before the end of the first epoch. */
  public double trainSeconds() {
    return epochs.stream().mapToDouble(EpochRecord::trainSeconds).filter(Double::isFinite).sum();
  }
}
