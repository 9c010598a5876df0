package dev.onecycle.record;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One epoch of a training.
 *
 * @param epoch zero-based
 * @param steps optimizer steps taken by the end of the epoch, over the whole run
 * @param trainLoss mean of the epoch's training losses, each batch weighted by its size
 * @param samplesPerSecond training speed of the epoch, data included, evaluation not
 * @param trainSeconds time spent training
 * @param evaluated the evaluation after it; empty where there was none, as after most epochs of a
 *     run that is evaluated every few epochs
 */
public record EpochRecord(
    int epoch,
    long steps,
    double trainLoss,
    double samplesPerSecond,
    double trainSeconds,
    Optional<Evaluated> evaluated) {

  /**
   * The result of an evaluation.
   *
   * @param loss mean over the evaluation samples, without label smoothing and class weights
   * @param metrics by the names of their {@link Measure}s
   * @param seconds time spent evaluating
   */
  public record Evaluated(double loss, Map<String, Double> metrics, double seconds) {
    public Evaluated {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** An evaluation of a network that classifies. */
    public Evaluated(double loss, double accuracy, double seconds) {
      this(loss, Map.of(Measure.ACCURACY.name(), accuracy), seconds);
    }

    /** The value of a measure; NaN where it was not taken. */
    public double value(Measure measure) {
      return measure.equals(Measure.LOSS) ? loss : metrics.getOrDefault(measure.name(), Double.NaN);
    }

    /** Share of the evaluation images whose highest score is their class; NaN without classes. */
    public double accuracy() {
      return value(Measure.ACCURACY);
    }
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

  /**
   * The best of the evaluated epochs by a measure, of equal ones the lowest loss, of these the
   * first. Empty where none was evaluated to a number.
   */
  public static Optional<EpochRecord> best(List<EpochRecord> epochs, Measure by) {
    return epochs.stream()
        .filter(epoch -> epoch.evaluated.filter(e -> Double.isFinite(e.value(by))).isPresent())
        .min(
            Comparator.comparingDouble(
                    (EpochRecord epoch) -> by.rank(epoch.evaluated.orElseThrow().value(by)))
                .thenComparingDouble(epoch -> epoch.evaluated.orElseThrow().loss()));
  }
}
