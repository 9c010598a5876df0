package dev.onecycle.report.figures;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.MovingAverage;
import dev.onecycle.report.chart.Point;
import dev.onecycle.run.RunHistory;
import dev.onecycle.schedule.Phase;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The curves of a training run over its steps, from a run folder or from the log of another
 * program.
 *
 * @param name of the run
 * @param phases of its policy; may be empty
 * @param points of each quantity; an absent quantity has no points
 * @param length of the run
 */
public record RunCurves(
    String name, List<Phase> phases, Map<Quantity, List<Point>> points, Length length) {
  private static final int WINDOWS = 150;

  /** The window of a short run, and the number of windows that it must have. */
  private static final int SHORT_WINDOW = 5;

  private static final int SHORT_WINDOWS = 20;
  private static final int SAMPLES = 600;

  /**
   * The length of a run.
   *
   * @param stepsPerEpoch 0 if it is not known
   * @param steps planned; 0 if they are not known
   */
  public record Length(double stepsPerEpoch, double steps) {
    public static final Length UNKNOWN = new Length(0, 0);

    static Length of(RunHistory history) {
      List<EpochRecord> epochs = history.epochs();
      long steps = history.record().policy().steps();
      int count = history.record().plannedEpochs().orElse(0);
      double planned = count > 0 ? steps / (double) count : 0;
      return new Length(epochs.isEmpty() ? planned : epochs.get(0).steps(), steps);
    }
  }

  /** A quantity that is measured over the steps of a run. */
  public enum Quantity {
    LEARNING_RATE("learning rate"),
    MOMENTUM("momentum"),
    /** The loss of each training batch. */
    TRAINING_LOSS("training loss of a batch"),
    VALIDATION_LOSS("validation loss"),
    /** The validation loss minus the training loss. */
    GAP("validation loss minus training loss"),
    /** The validation accuracy in percent. */
    ACCURACY("accuracy");

    private final String title;

    Quantity(String title) {
      this.title = title;
    }
  }

  public RunCurves {
    phases = List.copyOf(phases);
    Map<Quantity, List<Point>> copy = new EnumMap<>(Quantity.class);
    points.forEach((quantity, curve) -> copy.put(quantity, List.copyOf(curve)));
    points = Collections.unmodifiableMap(copy);
  }

  /** A run without curves. */
  public static RunCurves named(String name) {
    return new RunCurves(name, List.of(), Map.of(), Length.UNKNOWN);
  }

  /** The curves of a run folder; the values of an epoch stand at its last step. */
  public static RunCurves of(RunHistory history) {
    return new RunCurves(
            history.name(), history.record().policy().phases(), Map.of(), Length.of(history))
        .with(Quantity.LEARNING_RATE, steps(history, StepRecord::learningRate))
        .with(Quantity.MOMENTUM, steps(history, StepRecord::momentum))
        .with(Quantity.TRAINING_LOSS, steps(history, StepRecord::loss))
        .with(
            Quantity.VALIDATION_LOSS, evaluations(history, e -> e.evaluated().map(Evaluated::loss)))
        .with(Quantity.GAP, evaluations(history, EpochRecord::gap))
        .with(
            Quantity.ACCURACY,
            evaluations(
                history, e -> e.evaluated().map(v -> 100 * v.accuracy()).filter(v -> !v.isNaN())));
  }

  private static List<Point> steps(RunHistory history, ToDoubleFunction<StepRecord> value) {
    return history.steps().stream().map(s -> new Point(s.step(), value.applyAsDouble(s))).toList();
  }

  /** The values of a metric, of a share in percent. */
  public static Curve metric(RunHistory history, Measure measure) {
    return new Curve(
        measure.title(),
        evaluations(history, e -> e.evaluated().map(v -> measure.shown(v.value(measure)))));
  }

  /** A point for each evaluated epoch. */
  private static List<Point> evaluations(
      RunHistory history, Function<EpochRecord, Optional<Double>> value) {
    return history.epochs().stream()
        .flatMap(e -> value.apply(e).map(y -> new Point(Math.max(0, e.steps() - 1), y)).stream())
        .toList();
  }

  /** These curves under another name. */
  public RunCurves withName(String newName) {
    return new RunCurves(newName, phases, points, length);
  }

  /** These curves with the phases of a policy. */
  public RunCurves withPhases(List<Phase> newPhases) {
    return new RunCurves(name, newPhases, points, length);
  }

  /** These curves with other points for one quantity. */
  public RunCurves with(Quantity quantity, List<Point> newPoints) {
    Map<Quantity, List<Point>> changed = new EnumMap<>(Quantity.class);
    changed.putAll(points);
    changed.put(quantity, newPoints);
    return new RunCurves(name, phases, changed, length);
  }

  /** These curves over the epochs instead of the steps; each step stands at its end. */
  RunCurves overEpochs() {
    return over(1 / length.stepsPerEpoch());
  }

  /** These curves over the share of the planned steps, in percent. */
  RunCurves overShare() {
    return over(100 / length.steps());
  }

  private RunCurves over(double unit) {
    Map<Quantity, List<Point>> moved = new EnumMap<>(Quantity.class);
    points.forEach(
        (quantity, curve) ->
            moved.put(
                quantity, curve.stream().map(p -> new Point((p.x() + 1) * unit, p.y())).toList()));
    return new RunCurves(name, List.of(), moved, Length.UNKNOWN);
  }

  public Curve learningRate() {
    return curve(Quantity.LEARNING_RATE);
  }

  public Curve momentum() {
    return curve(Quantity.MOMENTUM);
  }

  public Curve trainingLoss() {
    return curve(Quantity.TRAINING_LOSS);
  }

  public Curve validationLoss() {
    return curve(Quantity.VALIDATION_LOSS);
  }

  public Curve gap() {
    return curve(Quantity.GAP);
  }

  public Curve accuracy() {
    return curve(Quantity.ACCURACY);
  }

  private Curve curve(Quantity quantity) {
    return new Curve(quantity.title, points.getOrDefault(quantity, List.of()));
  }

  /** The number of steps in a mean of {@link #smoothTrainingLoss}; odd. */
  int window() {
    int steps = trainingLoss().points().size();
    return Math.max(steps / WINDOWS, Math.min(SHORT_WINDOW, steps / SHORT_WINDOWS)) | 1;
  }

  /** The training loss as a moving average. */
  Curve smoothTrainingLoss() {
    return new Curve(
        "training loss", MovingAverage.centred(trainingLoss().points(), window(), SAMPLES));
  }

  /** The last step of any curve; 0 if all are empty. */
  public double lastStep() {
    return points.values().stream()
        .filter(curve -> !curve.isEmpty())
        .mapToDouble(curve -> curve.get(curve.size() - 1).x())
        .max()
        .orElse(0);
  }
}
