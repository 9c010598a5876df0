package dev.onecycle.record;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One epoch of a training.
 *
 * @param epoch zero-based
 * @param steps optimizer steps taken by the end of the epoch, over the whole run
 * @param trainLoss mean of the epoch's training losses, each batch weighted by its size
 * @param imagesPerSecond training speed of the epoch, data included, evaluation not
 * @param trainSeconds time spent training
 * @param evaluated the evaluation after it; empty where there was none, as after most epochs of a
 *     run that is evaluated every few epochs
 */
public record EpochRecord(
    int epoch,
    long steps,
    double trainLoss,
    double imagesPerSecond,
    double trainSeconds,
    Optional<Evaluated> evaluated) {

  /**
   * The result of an evaluation.
   *
   * @param loss mean over the evaluation images, without label smoothing
   * @param accuracy share of the evaluation images whose highest score is their class, in [0, 1]
   * @param seconds time spent evaluating
   */
  public record Evaluated(double loss, double accuracy, double seconds) {}

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

  /**
   * The best of the evaluated epochs: the highest accuracy, of equal ones the lowest loss, of these
   * the first. Empty where none was evaluated to a number.
   */
  public static Optional<EpochRecord> best(List<EpochRecord> epochs) {
    return epochs.stream()
        .filter(epoch -> epoch.evaluated.filter(e -> Double.isFinite(e.accuracy())).isPresent())
        .min(
            Comparator.comparingDouble(
                    (EpochRecord epoch) -> -epoch.evaluated.orElseThrow().accuracy())
                .thenComparingDouble(epoch -> epoch.evaluated.orElseThrow().loss()));
  }
}
