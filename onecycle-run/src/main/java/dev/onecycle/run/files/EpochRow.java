package dev.onecycle.run.files;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * An epoch as it is stored: a line of {@code epochs.csv}, or an object of a JSON file. Numbers read
 * back to the same bits; the three values of an evaluation are all there or all empty.
 */
public record EpochRow(
    @JsonProperty("epoch") int epoch,
    @JsonProperty("steps") long steps,
    @JsonProperty("train_loss") double trainLoss,
    @JsonProperty("evaluation_loss") OptionalDouble evaluationLoss,
    @JsonProperty("accuracy") OptionalDouble accuracy,
    @JsonProperty("images_per_second") double imagesPerSecond,
    @JsonProperty("train_seconds") double trainSeconds,
    @JsonProperty("evaluation_seconds") OptionalDouble evaluationSeconds) {
  /** The header of {@code epochs.csv}. */
  public static final String COLUMNS =
      "epoch,steps,train_loss,evaluation_loss,accuracy,images_per_second,train_seconds,"
          + "evaluation_seconds";

  /** The row of an epoch. */
  public static EpochRow of(EpochRecord epoch) {
    Optional<Evaluated> evaluated = epoch.evaluated();
    return new EpochRow(
        epoch.epoch(),
        epoch.steps(),
        epoch.trainLoss(),
        value(evaluated.map(Evaluated::loss)),
        value(evaluated.map(Evaluated::accuracy)),
        epoch.imagesPerSecond(),
        epoch.trainSeconds(),
        value(evaluated.map(Evaluated::seconds)));
  }

  private static OptionalDouble value(Optional<Double> value) {
    return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
  }

  /**
   * The epoch of the row.
   *
   * @throws InvalidValueException where its evaluation is there in part only
   */
  public EpochRecord epochRecord() {
    boolean evaluated = evaluationLoss.isPresent();
    if (accuracy.isPresent() != evaluated || evaluationSeconds.isPresent() != evaluated) {
      throw new InvalidValueException(
          "the evaluation of epoch " + epoch,
          "there as a whole or not at all",
          this,
          "resume from an older checkpoint");
    }
    return new EpochRecord(
        epoch,
        steps,
        trainLoss,
        imagesPerSecond,
        trainSeconds,
        evaluated
            ? Optional.of(
                new Evaluated(
                    evaluationLoss.getAsDouble(),
                    accuracy.orElseThrow(),
                    evaluationSeconds.orElseThrow()))
            : Optional.empty());
  }

  /** The line of {@code epochs.csv}, without its end. */
  public String line() {
    return epoch
        + ","
        + steps
        + ","
        + trainLoss
        + ","
        + text(evaluationLoss)
        + ","
        + text(accuracy)
        + ","
        + imagesPerSecond
        + ","
        + trainSeconds
        + ","
        + text(evaluationSeconds);
  }

  private static String text(OptionalDouble value) {
    return value.isPresent() ? Double.toString(value.getAsDouble()) : "";
  }

  /**
   * The epoch of a line's cells.
   *
   * @throws NumberFormatException where a cell is no number, or an evaluation is not whole
   */
  public static EpochRecord read(String[] cells) {
    boolean evaluated = !(cells[3].isEmpty() && cells[4].isEmpty() && cells[7].isEmpty());
    return new EpochRow(
            Integer.parseInt(cells[0]),
            Long.parseLong(cells[1]),
            Double.parseDouble(cells[2]),
            number(evaluated, cells[3]),
            number(evaluated, cells[4]),
            Double.parseDouble(cells[5]),
            Double.parseDouble(cells[6]),
            number(evaluated, cells[7]))
        .epochRecord();
  }

  private static OptionalDouble number(boolean evaluated, String cell) {
    return evaluated ? OptionalDouble.of(Double.parseDouble(cell)) : OptionalDouble.empty();
  }
}
