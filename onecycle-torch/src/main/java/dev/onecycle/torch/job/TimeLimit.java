package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.MINUTES;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearnerState;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The time that a job may take, everything included, and the cost of its steps on this machine.
 *
 * @param minutes of the whole job
 * @param begin start of the job, by {@link System#nanoTime}
 * @param cost of a step
 * @param secondsPerSave time of saving a checkpoint, which a run does after every epoch
 * @param ranks go by the clock of rank 0
 */
record TimeLimit(
    double minutes, long begin, StepCost cost, double secondsPerSave, ProcessGroup ranks) {
  /** Steps are timed for four seconds, but for no more than a tenth of the given time. */
  private static final double MEASURED_SECONDS = 4;

  /**
   * The limit of a job, whose steps are then timed; empty where its length is given in epochs.
   *
   * @param begin start of the job, by {@link System#nanoTime}
   * @param folder of the run, where there may be none yet
   * @throws CannotWriteException where nothing can be written beside it
   */
  static Optional<TimeLimit> of(Experiment experiment, long begin, Path folder) {
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
                        patience(minutes)),
                    secondsPerSave(experiment.learner(), folder),
                    experiment.learner().ranks()));
  }

  /** Writes the content of a checkpoint beside the folder of the run, and removes it. */
  private static double secondsPerSave(Learner learner, Path folder) {
    ProcessGroup ranks = learner.ranks();
    return Double.parseDouble(
        ranks.ofFirst(() -> Double.toString(measuredSecondsPerSave(learner, folder))));
  }

  private static double measuredSecondsPerSave(Learner learner, Path folder) {
    Path beside = folder.toAbsolutePath().getParent();
    while (beside != null && !Files.isDirectory(beside)) {
      beside = beside.getParent();
    }
    long start = System.nanoTime();
    try {
      Path file = Files.createTempFile(beside, ".onecycle-time", ".safetensors");
      try {
        LearnerState state = learner.state();
        new Safetensors(Map.of(), state.weights()).write(file);
        new Safetensors(Map.of(), state.optimizer()).write(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(folder, e);
    }
    return (System.nanoTime() - start) / 1e9;
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
    return ranks.ofFirst((System.nanoTime() - begin) / 1e9);
  }
}
