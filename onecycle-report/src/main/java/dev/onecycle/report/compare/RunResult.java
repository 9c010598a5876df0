package dev.onecycle.report.compare;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.RunHistory;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What came out of a run, as far as it went; empty where nothing was recorded yet.
 *
 * @param name of the run
 * @param status how it stands; empty where that is not known
 * @param epochs completed; 0 where that is not known
 * @param accuracy at the last evaluation, in percent
 * @param bestAccuracy the highest at any evaluation, in percent
 * @param validationLoss at the last evaluation
 * @param trainLoss the mean of the last epoch, or the last that was recorded
 * @param imagesPerSecond training speed, the mean over all epochs
 * @param trainSeconds time spent training
 */
public record RunResult(
    String name,
    String status,
    int epochs,
    OptionalDouble accuracy,
    OptionalDouble bestAccuracy,
    OptionalDouble validationLoss,
    OptionalDouble trainLoss,
    OptionalDouble imagesPerSecond,
    OptionalDouble trainSeconds) {

  /** That of a run's folder. */
  public static RunResult of(RunHistory history) {
    List<EpochRecord> epochs = history.epochs();
    String status = history.record().status().name().toLowerCase(Locale.ROOT);
    OptionalDouble none = OptionalDouble.empty();
    if (epochs.isEmpty()) {
      return new RunResult(history.name(), status, 0, none, none, none, none, none, none);
    }
    EpochRecord last = epochs.get(epochs.size() - 1);
    List<Evaluated> evaluated = epochs.stream().flatMap(e -> e.evaluated().stream()).toList();
    double seconds = epochs.stream().mapToDouble(EpochRecord::trainSeconds).sum();
    double images = epochs.stream().mapToDouble(e -> e.imagesPerSecond() * e.trainSeconds()).sum();
    return new RunResult(
        history.name(),
        status,
        epochs.size(),
        last(evaluated.stream().map(e -> 100 * e.accuracy()).toList()),
        evaluated.stream().mapToDouble(e -> 100 * e.accuracy()).max(),
        last(evaluated.stream().map(Evaluated::loss).toList()),
        OptionalDouble.of(last.trainLoss()),
        seconds > 0 ? OptionalDouble.of(images / seconds) : none,
        OptionalDouble.of(seconds));
  }

  /** That of curves alone: the last of each. */
  public static RunResult of(RunCurves curves) {
    return new RunResult(
        curves.name(),
        "",
        0,
        last(curves.accuracy()),
        curves.accuracy().points().stream().filter(Point::finite).mapToDouble(Point::y).max(),
        last(curves.validationLoss()),
        last(curves.trainLoss()),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static OptionalDouble last(Curve curve) {
    return last(curve.points().stream().map(Point::y).toList());
  }

  private static OptionalDouble last(List<Double> values) {
    return values.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(values.get(values.size() - 1));
  }
}
