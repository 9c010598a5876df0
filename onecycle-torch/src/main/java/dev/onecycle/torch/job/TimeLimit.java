package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.MINUTES;

import dev.onecycle.torch.train.StepCost;
import java.time.Duration;
import java.util.Optional;

/**
 * The time that a job may take, everything included, and the cost of its steps on this machine.
 *
 * @param minutes of the whole job
 * @param begin start of the job, by {@link System#nanoTime}
 * @param cost of a step
 */
record TimeLimit(double minutes, long begin, StepCost cost) {
  /** Steps are timed for four seconds, but for no more than a tenth of the given time. */
  private static final double MEASURED_SECONDS = 4;

  /**
   * The limit of a job, whose steps are then timed; empty where its length is given in epochs.
   *
   * @param begin start of the job, by {@link System#nanoTime}
   */
  static Optional<TimeLimit> of(Experiment experiment, long begin) {
    return experiment
        .config()
        .find(MINUTES)
        .map(
            minutes ->
                new TimeLimit(
                    minutes,
                    begin,
                    StepCost.measure(
                        experiment.learner(),
                        experiment.setup(),
                        experiment.train(),
                        patience(minutes))));
  }

  private static Duration patience(double minutes) {
    return Duration.ofMillis(Math.round(1000 * Math.min(MEASURED_SECONDS, 6 * minutes)));
  }

  /** The seconds that are left. */
  double secondsLeft() {
    return 60 * minutes - secondsPassed();
  }

  /** The seconds since the start of the job. */
  double secondsPassed() {
    return (System.nanoTime() - begin) / 1e9;
  }
}
