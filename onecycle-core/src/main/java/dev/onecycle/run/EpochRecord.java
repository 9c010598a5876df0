package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.onecycle.error.InvalidValueException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One epoch of a run, as written to {@code epochs.csv}.
 *
 * @param epoch zero-based
 * @param steps optimizer steps taken by the end of the epoch, over the whole run
 * @param trainLoss mean of the epoch's training losses, each batch weighted by its size
 * @param imagesPerSecond training speed of the epoch, data included, evaluation not
 * @param trainSeconds time spent training
 * @param evaluated what the evaluation after it came to; empty where there was none, as after most
 *     epochs of a run that is evaluated every few
 */
public record EpochRecord(
    int epoch,
    long steps,
    double trainLoss,
    double imagesPerSecond,
    double trainSeconds,
    Optional<Evaluated> evaluated) {

  /**
   * What an evaluation came to.
   *
   * @param loss mean over the evaluation images, without label smoothing
   * @param accuracy share of the evaluation images whose highest score is their class, in [0, 1]
   * @param seconds time spent evaluating
   */
  public record Evaluated(double loss, double accuracy, double seconds) {}

  /** An epoch that was evaluated; in the order of the columns of {@code epochs.csv}. */
  public EpochRecord(
      int epoch,
      long steps,
      double trainLoss,
      double evaluationLoss,
      double accuracy,
      double imagesPerSecond,
      double trainSeconds,
      double evaluationSeconds) {
    this(
        epoch,
        steps,
        trainLoss,
        imagesPerSecond,
        trainSeconds,
        Optional.of(new Evaluated(evaluationLoss, accuracy, evaluationSeconds)));
  }

  /** Evaluation loss less training loss; empty where there was no evaluation. */
  public Optional<Double> gap() {
    return evaluated.map(e -> e.loss() - trainLoss);
  }

  /** The last epoch that was evaluated; empty where none was. */
  public static Optional<EpochRecord> lastEvaluated(List<EpochRecord> epochs) {
    return epochs.stream()
        .filter(epoch -> epoch.evaluated.isPresent())
        .reduce((before, after) -> after);
  }

  /** The record as a row of values, which it is kept as: those of an evaluation all or none. */
  record Row(
      int epoch,
      long steps,
      double trainLoss,
      OptionalDouble evaluationLoss,
      OptionalDouble accuracy,
      double imagesPerSecond,
      double trainSeconds,
      OptionalDouble evaluationSeconds) {
    boolean evaluated() {
      return evaluationLoss.isPresent();
    }
  }

  @JsonValue
  Row row() {
    return new Row(
        epoch,
        steps,
        trainLoss,
        value(evaluated.map(Evaluated::loss)),
        value(evaluated.map(Evaluated::accuracy)),
        imagesPerSecond,
        trainSeconds,
        value(evaluated.map(Evaluated::seconds)));
  }

  private static OptionalDouble value(Optional<Double> value) {
    return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static EpochRecord of(Row row) {
    if (row.accuracy.isPresent() != row.evaluated()
        || row.evaluationSeconds.isPresent() != row.evaluated()) {
      throw new InvalidValueException(
          "the evaluation of epoch "
              + row.epoch
              + " must be there as a whole or not at all but was "
              + row
              + "; go on from an older checkpoint");
    }
    return new EpochRecord(
        row.epoch,
        row.steps,
        row.trainLoss,
        row.imagesPerSecond,
        row.trainSeconds,
        row.evaluated()
            ? Optional.of(
                new Evaluated(
                    row.evaluationLoss.getAsDouble(),
                    row.accuracy.orElseThrow(),
                    row.evaluationSeconds.orElseThrow()))
            : Optional.empty());
  }
}
