package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.TrainingPlan;
import java.time.Duration;
import java.util.Optional;

/** The length of a cycle: so many epochs, or as many steps as fit into a time. */
final class CycleLength {
  /** Steps are timed for four seconds, but for no more than a tenth of the given time. */
  private static final double MEASURED_SECONDS = 4;

  /** Steps are a little slower at times: the first seconds do not speak for the whole cycle. */
  private static final double SHARE = 0.95;

  private static final long MAX_EPOCHS = 1_000_000;

  private CycleLength() {}

  /** The plan as far as it is known before a step is measured: one epoch where there is a time. */
  static TrainingPlan asked(TrainingConfig config) {
    return config.plan(config.find(MINUTES).isPresent() ? 1 : config.get(EPOCHS));
  }

  /**
   * The plan in its final length: with a time, the cost of a step is measured and fitted into it.
   *
   * @param begin start of the job, by {@link System#nanoTime}
   */
  static TrainingPlan of(Experiment experiment, long begin, JobListener listener) {
    TrainingPlan plan = asked(experiment.config());
    Optional<Double> time = experiment.config().find(MINUTES);
    if (time.isEmpty()) {
      return plan;
    }
    double minutes = time.get();
    StepCost cost =
        StepCost.measure(
            experiment.learner(), experiment.setup(), experiment.train(), measured(minutes));
    double left = 60 * minutes - (System.nanoTime() - begin) / 1e9;
    int images = experiment.train().size();
    int stepsPerEpoch = plan.sampler(images).batchesPerEpoch();
    double evaluation =
        experiment.evaluation().size() * cost.secondsPerEvaluatedImage()
            + plan.reestimatedBatches() * cost.secondsPerStep();
    long steps = steps(left, cost, plan, stepsPerEpoch, evaluation);
    if (steps < 1) {
      throw Require.invalid(
          experiment.config().label(MINUTES),
          Numbers.format(
              "more than the %s that have passed and the %s that a step and an evaluation take",
              Numbers.brief(minutes - left / 60),
              Numbers.brief(cost.seconds(1, stepsPerEpoch, evaluation) / 60)),
          minutes,
          "give more time, or a peak rate as max_lr");
    }
    listener.note(
        Numbers.format(
            "%.1f of %s minutes are left: %,d steps of %.0f ms, %.1f epochs, fit into them",
            left / 60,
            Numbers.brief(minutes),
            steps,
            1000 * cost.secondsPerStep(),
            (double) steps / stepsPerEpoch));
    return plan.withSteps(steps, images);
  }

  private static Duration measured(double minutes) {
    return Duration.ofMillis(Math.round(1000 * Math.min(MEASURED_SECONDS, 6 * minutes)));
  }

  /**
   * The most steps of a cycle that fit into a time, its evaluations among them.
   *
   * @param left seconds until the end
   * @param evaluation seconds of an evaluation
   */
  static long steps(
      double left, StepCost cost, TrainingPlan plan, int stepsPerEpoch, double evaluation) {
    long perEvaluation = (long) stepsPerEpoch * plan.evaluateEvery();
    long most = MAX_EPOCHS * stepsPerEpoch;
    return Math.min(most, cost.stepsWithin(SHARE * left, perEvaluation, evaluation));
  }
}
