package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.data.DataSplits;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.TrainingPlan;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * The length of a cycle: so many epochs, or as long as fits into a time.
 *
 * @param epochs passes over the training images; 1 where there is a time
 * @param minutes from the command's start to its end
 * @param begin when the command started, by {@link System#nanoTime}
 */
record CycleLength(int epochs, OptionalDouble minutes, long begin) {
  private static final Duration MEASURED = Duration.ofSeconds(4);

  /** Steps are a little slower at times: what is measured at first does not hold to the end. */
  private static final double SHARE = 0.95;

  private static final long MOST_EPOCHS = 1_000_000;
  private static final double MOST_MINUTES = 60 * 24 * 365;

  static CycleLength ofEpochs(int epochs) {
    return new CycleLength(epochs, OptionalDouble.empty(), 0);
  }

  static CycleLength ofMinutes(double minutes, long begin) {
    Require.that(
        minutes > 0 && minutes <= MOST_MINUTES, "--minutes", "in (0, 525600]", minutes, minutes);
    return new CycleLength(1, OptionalDouble.of(minutes), begin);
  }

  /**
   * The plan in its final length: with a time, what a step costs is measured and fitted into it.
   */
  TrainingPlan fit(
      Console console, TrainingPlan plan, Learner learner, Setup setup, DataSplits data) {
    if (minutes.isEmpty()) {
      return plan;
    }
    StepCost cost = StepCost.measure(learner, setup, data.train(), MEASURED);
    double left = 60 * minutes.getAsDouble() - (System.nanoTime() - begin) / 1e9;
    int stepsPerEpoch = plan.sampler(data.train().size()).batchesPerEpoch();
    double judging =
        data.evaluation().size() * cost.secondsPerEvaluatedImage()
            + plan.reestimatedBatches() * cost.secondsPerStep();
    long steps = steps(left, cost, plan, stepsPerEpoch, judging);
    if (steps < 1) {
      throw Require.invalid(
          "--minutes",
          Numbers.format(
              "more than the %s that have passed and the %s that a step and an evaluation take",
              Numbers.brief(minutes.getAsDouble() - left / 60),
              Numbers.brief(cost.seconds(1, stepsPerEpoch, judging) / 60)),
          minutes.getAsDouble(),
          "give more time, or a peak rate with --max-lr");
    }
    console.say(
        Numbers.format(
            "%.1f of %s minutes are left: %,d steps of %.0f ms, %.1f epochs, fit into them",
            left / 60,
            Numbers.brief(minutes.getAsDouble()),
            steps,
            1000 * cost.secondsPerStep(),
            (double) steps / stepsPerEpoch));
    return plan.withSteps(steps, data.train().size());
  }

  /**
   * The most steps of a cycle that fit into a time, its evaluations among them.
   *
   * @param left seconds until the end
   * @param judging seconds of an evaluation
   */
  static long steps(
      double left, StepCost cost, TrainingPlan plan, int stepsPerEpoch, double judging) {
    long perEvaluation = (long) stepsPerEpoch * plan.evaluateEvery();
    long most = MOST_EPOCHS * stepsPerEpoch;
    return Math.min(most, cost.stepsWithin(SHARE * left, perEvaluation, judging));
  }
}
