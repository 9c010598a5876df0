package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.TrainingPlan;
import java.util.Optional;

/** The length of a cycle: so many epochs, or as many steps as fit into a time. */
final class CycleLength {
  /** Steps are a little slower at times: the first seconds do not speak for the whole cycle. */
  private static final double SHARE = 0.95;

  /** Before the first step, and at the end the last checkpoint and the model. */
  private static final int SAVES = 3;

  private static final long MAX_EPOCHS = 1_000_000;

  private CycleLength() {}

  /** The plan as far as it is known before a step is measured: one epoch where there is a time. */
  static TrainingPlan asked(TrainingConfig config) {
    return config.plan(config.find(MINUTES).isPresent() ? 1 : config.get(EPOCHS));
  }

  /**
   * Makes sure that the policy can have the steps of so many epochs.
   *
   * @param noun of the samples to train on, "image" or "sample"
   * @throws InvalidValueException naming the fewest epochs
   */
  static void requireEnough(TrainingConfig config, int images, String noun) {
    PolicyChoice policy = config.policyChoice();
    TrainingPlan plan = asked(config);
    if (policy.hasRoomIn(plan.steps(images))) {
      return;
    }
    int each = plan.sampler(images).batchesPerEpoch();
    int epochs = plan.epochs();
    while (epochs < MAX_EPOCHS && !policy.hasRoomIn((long) epochs * each)) {
      epochs++;
    }
    throw Require.invalid(
        config.label(EPOCHS),
        Numbers.format(
            "at least %,d, since an epoch of %s in batches of %,d has %s and the cycle needs at"
                + " least %,d,",
            epochs,
            Counts.of(images, noun, noun + "s"),
            plan.batchSize(),
            Counts.of(each, "step", "steps"),
            policy.fewestSteps(plan.steps(images))),
        plan.epochs());
  }

  /** The plan in its final length: with a time, as many steps as fit into the rest of it. */
  static TrainingPlan of(Experiment experiment, Optional<TimeLimit> limit, JobListener listener) {
    TrainingPlan plan = asked(experiment.config());
    if (limit.isEmpty()) {
      return plan;
    }
    TimeLimit time = limit.get();
    StepCost cost = time.cost();
    double left = time.secondsLeft() - SAVES * time.secondsPerSave();
    int images = experiment.train().size();
    int stepsPerEpoch = plan.sampler(images).batchesPerEpoch();
    double withSaves = cost.secondsPerStep() + time.secondsPerSave() / stepsPerEpoch;
    StepCost saved = new StepCost(withSaves, cost.secondsPerEvaluatedImage());
    long steps = steps(left, saved, plan, stepsPerEpoch, evaluation(experiment, plan, cost));
    if (steps >= 1) {
      // A short run estimates its batch norms anew before every evaluation.
      TrainingPlan estimating =
          ShortRun.reestimated(
              plan.withSteps(steps, images),
              experiment.config(),
              images,
              experiment.learner().averagesBatchNorms());
      double evaluation = evaluation(experiment, estimating, cost);
      steps = Math.min(steps, steps(left, saved, plan, stepsPerEpoch, evaluation));
    }
    if (steps < 1) {
      throw Require.invalid(
          experiment.config().label(MINUTES),
          Numbers.format(
              "more than the %s that have passed and the %s that a step and an evaluation take",
              Numbers.brief(time.secondsPassed() / 60),
              Numbers.brief(shortest(experiment, time) / 60)),
          time.minutes(),
          "give more time, or a peak rate as max_lr");
    }
    listener.note(
        Numbers.format(
            "%.1f of %s minutes are left: %,d steps of %.0f ms, %.1f epochs, fit into them",
            left / 60,
            Numbers.brief(time.minutes()),
            steps,
            1000 * cost.secondsPerStep(),
            (double) steps / stepsPerEpoch));
    return plan.withSteps(steps, images);
  }

  /** The seconds of the shortest cycle: one step and its evaluation, and the files of the run. */
  static double shortest(Experiment experiment, TimeLimit time) {
    double evaluation = evaluation(experiment, asked(experiment.config()), time.cost());
    return time.cost().seconds(1, 1, evaluation) / SHARE + (SAVES + 1) * time.secondsPerSave();
  }

  /** The seconds of an evaluation. */
  private static double evaluation(Experiment experiment, TrainingPlan plan, StepCost cost) {
    return experiment.evaluation().size() * cost.secondsPerEvaluatedImage()
        + plan.reestimatedBatches() * cost.secondsPerStep();
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
