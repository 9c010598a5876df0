package dev.onecycle.selftest.soak;

import static dev.onecycle.torch.nn.Layer.sequence;

import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.nn.Layer.BatchNorm;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.Dropout;
import dev.onecycle.torch.nn.Layer.GlobalAveragePool;
import dev.onecycle.torch.nn.Layer.Linear;
import dev.onecycle.torch.nn.Layer.Relu;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;

/** Trains a small network for many steps and prints a {@link Sample} at intervals. */
public final class SoakProcess {
  static final int WARM_UP_STEPS = 500;
  static final int MEASURED_STEPS = 5000;
  static final int INTERVAL = 250;

  private static final int BATCH = 16;
  private static final int STEPS_PER_EPOCH = 500;

  private SoakProcess() {}

  /** Trains with an evaluation after each epoch of 500 steps. */
  public static void main(String[] args) {
    ImageDataset train = Datasets.generateShapes(0, "train", BATCH * STEPS_PER_EPOCH);
    ImageDataset evaluation = Datasets.generateShapes(0, "test", 256);
    int epochs = (WARM_UP_STEPS + MEASURED_STEPS) / STEPS_PER_EPOCH;
    TrainingPlan plan = TrainingPlan.of(epochs, BATCH);
    try (Learner learner =
        Learner.prepare(network(train), train, LearnerSettings.builder().threads(2).build())) {
      Training.run(
          learner,
          OneCycle.of(plan.steps(train.size()), 0.05),
          plan,
          train,
          evaluation,
          sampler(),
          () -> false);
    }
  }

  private static Network network(ImageDataset images) {
    int classes = images.classes().size();
    return new Network(
        "soak",
        images.shape(),
        classes,
        sequence(
            new Conv(images.shape().channels(), 16, 3, 2, 1, false),
            new BatchNorm(16),
            new Relu(),
            new Conv(16, 32, 3, 2, 1, false),
            new BatchNorm(32),
            new Relu(),
            new GlobalAveragePool(),
            new Dropout(0.1),
            new Linear(32, classes, true)));
  }

  /** Samples in the middle of epochs, when the threads that load batches run. */
  private static TrainingListener sampler() {
    return new TrainingListener() {
      @Override
      public void step(StepRecord step) {
        if (step.step() >= WARM_UP_STEPS && step.step() % INTERVAL == INTERVAL / 2) {
          System.out.println(Sample.ofThisProcess(step.step()).line());
        }
      }
    };
  }
}
