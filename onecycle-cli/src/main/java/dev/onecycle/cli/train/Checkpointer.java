package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Signals;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.torch.train.Checkpoints;
import dev.onecycle.torch.train.Learner;
import java.time.Duration;

/**
 * Saves a run while it goes on: after every epoch, after some time, and when USR1 asks for it. Time
 * is measured by a clock that never jumps.
 */
final class Checkpointer implements TrainingListener {
  private final Checkpoints checkpoints;
  private final RunFolder files;
  private final Learner learner;
  private final Duration interval;
  private long lastSave = System.nanoTime();
  private TrainingPosition position;
  private double learningRate;

  /**
   * Begins to watch a run.
   *
   * @param files what must be on disk up to a checkpoint before it is made
   */
  Checkpointer(
      Checkpoints checkpoints,
      RunFolder files,
      Learner learner,
      Duration interval,
      TrainingPosition position) {
    this.checkpoints = checkpoints;
    this.files = files;
    this.learner = learner;
    this.interval = interval;
    this.position = position;
  }

  /** Where the run stands. */
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
    boolean due = System.nanoTime() - lastSave >= interval.toNanos();
    if (Signals.saveRequested() || epochDone || due) {
      save();
    }
  }

  /** Saves where the run stands now. */
  void save() {
    lastSave = System.nanoTime();
    Signals.uninterrupted(
        () -> {
          try {
            files.flush();
          } finally {
            checkpoints.save(learner, position, learningRate); // weights matter more than curves
          }
        });
  }
}
