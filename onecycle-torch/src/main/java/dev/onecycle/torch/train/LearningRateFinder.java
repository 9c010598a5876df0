package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.fault.Faults;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import java.util.function.Consumer;

/** Runs the range test on a learner, under the conditions of its training. */
public final class LearningRateFinder {
  private LearningRateFinder() {}

  /**
   * Runs the range test and leaves no trace: the learner is afterwards as it was, bit for bit, also
   * when the test throws or its thread is interrupted.
   *
   * <p>The test takes the batches that training would take from epoch 0 on; small data is repeated.
   *
   * @param seed of order and augmentation
   * @param listener told of every step
   */
  public static RangeResult run(
      Learner learner,
      RangeTest test,
      ImageDataset train,
      Augmentation augmentation,
      int batchSize,
      long seed,
      Consumer<RangePoint> listener) {
    Sampler sampler = Sampler.shuffled(train.size(), batchSize, seed);
    try (Learner.Snapshot before = learner.snapshot();
        BatchLoader batches = BatchLoader.endless(train, augmentation, sampler)) {
      return test.withChanceLoss(Math.log(learner.network().classes()))
          .run(
              (learningRate, momentum) -> {
                Faults.at("range.step");
                try (Batch batch = batches.next()) {
                  StepResult result = learner.step(batch, learningRate, momentum);
                  // A gradient that is not finite ends training, as a loss that is not finite does.
                  return Double.isFinite(result.loss()) && !result.finite()
                      ? Double.POSITIVE_INFINITY
                      : result.loss();
                }
              },
              before::restore,
              listener);
    }
  }
}
