package dev.onecycle.report.figures;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.RunningMean;
import dev.onecycle.run.RunHistory;
import dev.onecycle.schedule.Phase;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The curves of one training run over its steps, wherever they were recorded; those that were not
 * recorded are empty.
 *
 * @param name of the run
 * @param phases of its policy; may be empty
 * @param learningRate of each step
 * @param momentum of each step
 * @param trainLoss of each step's batch
 * @param validationLoss after each evaluation
 * @param gap validation loss less training loss, at each evaluation
 * @param accuracy after each evaluation, in percent
 */
public record RunCurves(
    String name,
    List<Phase> phases,
    Curve learningRate,
    Curve momentum,
    Curve trainLoss,
    Curve validationLoss,
    Curve gap,
    Curve accuracy) {
  private static final int WINDOWS = 150;
  private static final int SAMPLES = 600;

  public RunCurves {
    phases = List.copyOf(phases);
  }

  /** Those of a run's folder; an epoch stands at its last step. */
  public static RunCurves of(RunHistory history) {
    return new RunCurves(
        history.name(),
        history.record().policy().phases(),
        steps("learning rate", history, StepRecord::learningRate),
        steps("momentum", history, StepRecord::momentum),
        steps("training loss of a batch", history, StepRecord::loss),
        evaluations("validation loss", history, e -> e.evaluated().map(Evaluated::loss)),
        evaluations("validation loss less training loss", history, EpochRecord::gap),
        evaluations("accuracy", history, e -> e.evaluated().map(v -> 100 * v.accuracy())));
  }

  /** The same curves under another name. */
  public RunCurves named(String another) {
    return new RunCurves(
        another, phases, learningRate, momentum, trainLoss, validationLoss, gap, accuracy);
  }

  private static Curve steps(String name, RunHistory history, ToDoubleFunction<StepRecord> value) {
    return new Curve(
        name,
        history.steps().stream().map(s -> new Point(s.step(), value.applyAsDouble(s))).toList());
  }

  /** Points where the run was evaluated, and nowhere else. */
  private static Curve evaluations(
      String name, RunHistory history, Function<EpochRecord, Optional<Double>> value) {
    return new Curve(
        name,
        history.epochs().stream()
            .flatMap(
                e -> value.apply(e).map(y -> new Point(Math.max(0, e.steps() - 1), y)).stream())
            .toList());
  }

  /** Over how many steps {@link #smoothTrainLoss} takes a mean; odd. */
  int window() {
    return Math.max(1, trainLoss.points().size() / WINDOWS) | 1;
  }

  /** The course of the training loss. */
  Curve smoothTrainLoss() {
    return new Curve("training loss", RunningMean.centred(trainLoss.points(), window(), SAMPLES));
  }

  /** The last step of any curve; 0 where there is none. */
  public double lastStep() {
    return List.of(learningRate, momentum, trainLoss, validationLoss, accuracy).stream()
        .filter(curve -> !curve.points().isEmpty())
        .mapToDouble(curve -> curve.points().get(curve.points().size() - 1).x())
        .max()
        .orElse(0);
  }
}
