package dev.onecycle.report.compare;

import dev.onecycle.math.ShareInterval;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.RunHistory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

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
   * Results on the validation images.
   *
   * @param accuracy of the last evaluation, in percent
   * @param bestAccuracy of all evaluations, in percent
   * @param loss of the last evaluation
   * @param images their number; 0 if unknown
   */
  public record Validation(
      OptionalDouble accuracy, OptionalDouble bestAccuracy, OptionalDouble loss, int images) {
    static final Validation NONE =
        new Validation(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty(), 0);
  }

  /**
   * The speed of training.
   *
   * @param imagesPerSecond mean over all epochs
   * @param trainSeconds time spent training
   */
  public record Speed(OptionalDouble imagesPerSecond, OptionalDouble trainSeconds) {
    static final Speed NONE = new Speed(OptionalDouble.empty(), OptionalDouble.empty());
  }

  /** The result of a run folder. */
  public static RunResult of(RunHistory history) {
    List<EpochRecord> epochs = history.epochs();
    String status = history.record().status().name().toLowerCase(Locale.ROOT);
    if (epochs.isEmpty()) {
      return new RunResult(
          history.name(), status, 0, Validation.NONE, OptionalDouble.empty(), Speed.NONE);
    }
    EpochRecord last = epochs.get(epochs.size() - 1);
    return new RunResult(
        history.name(),
        status,
        epochs.size(),
        validation(
            epochs.stream().flatMap(e -> e.evaluated().stream()).toList(),
            history.record().data().evaluationImages()),
        OptionalDouble.of(last.trainLoss()),
        speed(epochs));
  }

  private static Validation validation(List<Evaluated> evaluations, int images) {
    return new Validation(
        last(accuracies(evaluations)),
        accuracies(evaluations).stream().mapToDouble(a -> a).max(),
        last(evaluations.stream().map(Evaluated::loss).toList()),
        images);
  }

  /** In percent; none where targets are no classes. */
  private static List<Double> accuracies(List<Evaluated> evaluations) {
    return evaluations.stream().map(e -> 100 * e.accuracy()).filter(a -> !a.isNaN()).toList();
  }

  private static Speed speed(List<EpochRecord> epochs) {
    double seconds = epochs.stream().mapToDouble(EpochRecord::trainSeconds).sum();
    double images = epochs.stream().mapToDouble(e -> e.imagesPerSecond() * e.trainSeconds()).sum();
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
            last(curves.accuracy()),
            curves.accuracy().points().stream().filter(Point::finite).mapToDouble(Point::y).max(),
            last(curves.validationLoss()),
            0),
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

  public OptionalDouble accuracy() {
    return validation.accuracy();
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

  public OptionalDouble bestAccuracy() {
    return validation.bestAccuracy();
  }

  public OptionalDouble validationLoss() {
    return validation.loss();
  }

  public OptionalDouble imagesPerSecond() {
    return speed.imagesPerSecond();
  }

  public OptionalDouble trainSeconds() {
    return speed.trainSeconds();
  }
}
