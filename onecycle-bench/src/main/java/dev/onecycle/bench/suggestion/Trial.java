package dev.onecycle.bench.suggestion;

import dev.onecycle.bench.suggestion.Measured.Cycle;
import dev.onecycle.bench.suggestion.Measured.Range;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.DivergedException;
import dev.onecycle.range.RangeTest;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import java.util.List;

/**
 * Range tests and cycles of a setting, each from fresh weights.
 *
 * @param train its training images
 * @param test its test images
 * @param threads of the learner; 0 for one a core
 */
record Trial(Setting setting, ImageDataset train, ImageDataset test, int threads) {
  /** In cycles as short as these the running statistics of batch norms lag behind the weights. */
  private static final int REESTIMATED_BATCHES = 20;

  private static final PolicyChoice POLICY = PolicyChoice.oneCycle();

  /** The curve of a range test. */
  Range range(long seed) {
    try (Learner learner = learner(seed)) {
      return Range.of(
          LearningRateFinder.of(setup(learner, seed), train)
              .run(learner, RangeTest.atMomentum(POLICY.momentumAtPeak()), seed, point -> {}));
    }
  }

  /** The result of a training at a peak rate. */
  Cycle cycle(double peak, long seed) {
    TrainingPlan plan =
        TrainingPlan.of(setting.epochs(), setting.batchSize())
            .withAugmentation(setting.augmentation())
            .withSeed(seed)
            .withReestimatedBatches(REESTIMATED_BATCHES)
            .withEvaluateEvery(setting.epochs());
    long begin = System.nanoTime();
    try (Learner learner = learner(seed)) {
      List<EpochRecord> done =
          Training.run(
              learner,
              POLICY.over(plan.steps(train.size()), peak),
              plan,
              train,
              test,
              new TrainingListener() {},
              () -> false);
      EpochRecord last = done.get(done.size() - 1);
      double accuracy = last.evaluated().orElseThrow().accuracy();
      return new Cycle(peak, accuracy, last.trainLoss(), false, seconds(begin));
    } catch (DivergedException e) {
      double chance = 1.0 / train.classes().size();
      return new Cycle(peak, chance, Double.POSITIVE_INFINITY, true, seconds(begin));
    }
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private Learner learner(long seed) {
    return Learner.prepare(
        setting.network().apply(train.shape(), train.classes().size()), train, settings(seed));
  }

  private Setup setup(Learner learner, long seed) {
    return new Setup(
        learner.network(),
        setting.batchSize(),
        POLICY.momentumAtPeak(),
        setting.augmentation(),
        settings(seed));
  }

  private LearnerSettings settings(long seed) {
    return setting.settings().toBuilder().seed(seed).threads(threads).build();
  }
}
