package dev.onecycle.torch.job;

import dev.onecycle.error.DivergedException;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunOutput;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.torch.train.Checkpoints;
import dev.onecycle.torch.train.Learner;
import java.time.Duration;

/**
 * Saves checkpoints while a run trains: after every epoch, after some time, and on request. Time is
 * measured by a clock that never jumps.
 */
final class Checkpointer implements TrainingListener {
  private final Checkpoints checkpoints;
  private final RunOutput files;
  private final Learner learner;
  private final Duration interval;
  private final RunControl control;
  private long lastSave = System.nanoTime();
  private TrainingPosition position;
  private double learningRate;

  /**
   * Begins at a position.
   *
   * @param files that must be on disk up to a checkpoint before it is made
   * @param interval longest time between checkpoints
   */
  Checkpointer(
      Checkpoints checkpoints,
      RunOutput files,
      Learner learner,
      Duration interval,
      RunControl control,
      TrainingPosition position) {
    this.checkpoints = checkpoints;
    this.files = files;
    this.learner = learner;
    this.interval = interval;
    this.control = control;
    this.position = position;
  }

  /** The position of the run. */
  TrainingPosition position() {
    return position;
  }

  /** The rate of the last step. */
  double learningRate() {
    return learningRate;
  }

  @Override
  public void step(StepRecord step) {
    learningRate = step.learningRate();
  }

  @Override
  public void reached(TrainingPosition now) {
    boolean epochDone = now.epochs().size() > position.epochs().size();
    position = now;
    if (epochDone && !learner.ranks().isAlone()) {
      // All ranks have the same weights, and so fail or go on together.
      learner.state().requireFinite(now.step() - 1, learningRate);
    }
    boolean due = System.nanoTime() - lastSave >= interval.toNanos();
    if (control.saveRequested() || epochDone || due) {
      save();
    }
  }

  /** Saves a checkpoint at the current position. */
  void save() {
    lastSave = System.nanoTime();
    if (!learner.ranks().isFirst()) {
      return; // rank 0 has the same weights
    }
    control.uninterrupted(
        () -> {
          files.writeUnwritten();
          try {
            files.flush();
          } finally {
            saveWeights(); // they matter more than curves
          }
        });
  }

  /**
   * Weights that are no numbers are not saved. Of several ranks this one alone would end here; all
   * look at the end of the epoch.
   */
  private void saveWeights() {
    try {
      checkpoints.save(learner, position, learningRate);
    } catch (DivergedException e) {
      if (learner.ranks().isAlone()) {
        throw e;
      }
    }
  }
}
