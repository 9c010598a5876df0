package dev.onecycle.report.compare;

import dev.onecycle.math.ShareInterval;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.Task;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The result of a run so far; values that are not recorded are empty.
 *
 * @param name of the run
 * @param status of the run; empty if unknown
 * @param epochs completed; 0 if unknown
 * @param validation results of the evaluations
 * @param trainLoss mean of the last epoch, or the last recorded one
 * @param speed of training
 */
public record RunResult(
    String name,
    String status,
    int epochs,
    Validation validation,
    OptionalDouble trainLoss,
    Speed speed) {

  /**
   * The metric that tells the best epoch of a run.
   *
   * @param last value, a share in [0, 1]
   * @param best of all evaluations, in the metric's direction
   */
  public record Score(Measure measure, double last, double best) {}

  /**
   * Results on the validation samples.
   *
   * @param score by which runs are ranked; empty if there is no evaluation
   * @param loss of the last evaluation
   * @param images their number; 0 if unknown
   * @param noun of the samples, "images" or "samples"
   */
  public record Validation(Optional<Score> score, OptionalDouble loss, int images, String noun) {
    static final Validation NONE = none("images");

    static Validation none(String noun) {
      return new Validation(Optional.empty(), OptionalDouble.empty(), 0, noun);
    }

    private OptionalDouble percent(ToDoubleFunction<Score> value) {
      return score.filter(s -> s.measure().equals(Measure.ACCURACY)).stream()
          .mapToDouble(s -> 100 * value.applyAsDouble(s))
          .findFirst();
    }
  }

  /**
   * The speed of training.
   *
   * @param samplesPerSecond mean over all epochs
   * @param trainSeconds time spent training
   */
  public record Speed(OptionalDouble samplesPerSecond, OptionalDouble trainSeconds) {
    static final Speed NONE = new Speed(OptionalDouble.empty(), OptionalDouble.empty());
  }

  /** The result of a run folder. */
  public static RunResult of(RunHistory history) {
    List<EpochRecord> epochs = history.epochs();
    String status = history.record().status().name().toLowerCase(Locale.ROOT);
    if (epochs.isEmpty()) {
      return new RunResult(
          history.name(),
          status,
          0,
          Validation.none(history.record().task().noun()),
          OptionalDouble.empty(),
          Speed.NONE);
    }
    EpochRecord last = epochs.get(epochs.size() - 1);
    return new RunResult(
        history.name(),
        status,
        epochs.size(),
        validation(epochs.stream().flatMap(e -> e.evaluated().stream()).toList(), history.record()),
        OptionalDouble.of(last.trainLoss()),
        speed(epochs));
  }

  private static Validation validation(List<Evaluated> evaluations, RunRecord record) {
    Measure judge = record.task().judge();
    return new Validation(
        score(judge, evaluations.stream().map(e -> e.value(judge)).toList()),
        last(evaluations.stream().map(Evaluated::loss).toList()),
        record.data().evaluationImages(),
        record.task().noun());
  }

  private static Optional<Score> score(Measure measure, List<Double> values) {
    return values.stream()
        .filter(Double::isFinite)
        .min(Comparator.comparingDouble(measure::rank))
        .map(best -> new Score(measure, values.get(values.size() - 1), best));
  }

  private static Speed speed(List<EpochRecord> epochs) {
    double seconds = epochs.stream().mapToDouble(EpochRecord::trainSeconds).sum();
    double images = epochs.stream().mapToDouble(e -> e.samplesPerSecond() * e.trainSeconds()).sum();
    return new Speed(
        seconds > 0 ? OptionalDouble.of(images / seconds) : OptionalDouble.empty(),
        OptionalDouble.of(seconds));
  }

  /** The result of curves alone: the last value of each. */
  public static RunResult of(RunCurves curves) {
    return new RunResult(
        curves.name(),
        "",
        0,
        new Validation(
            score(
                Measure.ACCURACY,
                curves.accuracy().points().stream().map(point -> point.y() / 100).toList()),
            last(curves.validationLoss()),
            0,
            Task.IMAGES.noun()),
        last(curves.trainingLoss()),
        Speed.NONE);
  }

  private static OptionalDouble last(Curve curve) {
    return last(curve.points().stream().map(Point::y).toList());
  }

  private static OptionalDouble last(List<Double> values) {
    return values.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(values.get(values.size() - 1));
  }

  /** The metric by which runs are ranked; empty if there is no evaluation. */
  public Optional<Score> score() {
    return validation.score();
  }

  /** The accuracy of the last evaluation in percent; empty where another metric is the judge. */
  public OptionalDouble accuracy() {
    return validation.percent(Score::last);
  }

  /** The 95 % confidence interval of the accuracy; empty if the number of images is not known. */
  public Optional<ShareInterval> interval() {
    int images = validation.images();
    return images < 1 || accuracy().isEmpty() || !Double.isFinite(accuracy().getAsDouble())
        ? Optional.empty()
        : Optional.of(
            ShareInterval.wilson(Math.round(accuracy().getAsDouble() / 100 * images), images));
  }

  /**
   * Whether the difference between the accuracies of two runs may be chance: whether its 95 %
   * confidence interval has 0 in it; false if a number of images is not known.
   *
   * <p><i>Source:</i> R. G. Newcombe, "Interval estimation for the difference between independent
   * proportions", Statistics in Medicine 17 (1998), method 10. It holds for few images and for
   * accuracies of 100 % too.
   */
  public boolean maybeEqual(RunResult other) {
    if (interval().isEmpty() || other.interval().isEmpty()) {
      return false;
    }
    boolean more = share() >= other.share();
    RunResult high = more ? this : other;
    RunResult low = more ? other : this;
    double down = high.share() - high.interval().get().low();
    double up = low.interval().get().high() - low.share();
    return high.share() - low.share() < Math.hypot(down, up);
  }

  private double share() {
    return accuracy().orElse(Double.NaN) / 100;
  }

  /** The highest accuracy of all evaluations in percent. */
  public OptionalDouble bestAccuracy() {
    return validation.percent(Score::best);
  }

  public OptionalDouble validationLoss() {
    return validation.loss();
  }

  public OptionalDouble samplesPerSecond() {
    return speed.samplesPerSecond();
  }

  public OptionalDouble trainSeconds() {
    return speed.trainSeconds();
  }
}
