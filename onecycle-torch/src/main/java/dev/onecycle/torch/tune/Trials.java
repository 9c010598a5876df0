package dev.onecycle.torch.tune;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.DivergedException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StopReason;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.train.RangeLoss;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.tune.CycleOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;

/**
 * Range tests and short cycles of a setup on the tuning split, each from its first weights: setups
 * that differ by one value start from the same weights and see the same batches and crops.
 */
final class Trials {
  private final ImageDataset train;
  private final ImageDataset validation;
  private final Function<Setup, Learner> learners;

  /**
   * @param learners a new one of each setup, with the weights that its trials begin with
   */
  Trials(ImageDataset train, ImageDataset validation, Function<Setup, Learner> learners) {
    this.train = train;
    this.validation = validation;
    this.learners = learners;
  }

  /**
   * One range test.
   *
   * @param seed of weights, dropout, order and augmentation
   * @throws CancellationException where the thread is interrupted
   */
  RangeResult rangeTest(
      Setup setup, RangeTest test, RangeLoss loss, long seed, Consumer<RangePoint> listener) {
    try (Learner learner = learner(setup, seed)) {
      RangeResult result =
          LearningRateFinder.of(setup, train)
              .with(loss, validation)
              .run(learner, test.withMomentum(setup.momentum()), seed, listener);
      if (result.stop().reason() == StopReason.INTERRUPTED) {
        throw new CancellationException();
      }
      return result;
    }
  }

  /**
   * One short cycle, evaluated on the validation images.
   *
   * @param steps told of every step
   * @throws CancellationException where it was stopped
   */
  CycleOutcome shortCycle(
      Setup setup,
      PolicyChoice policy,
      double peak,
      int epochs,
      long seed,
      LongConsumer steps,
      BooleanSupplier stop) {
    TrainingPlan plan =
        TrainingPlan.of(epochs, setup.batchSize())
            .withAugmentation(setup.augmentation())
            .withSampling(setup.sampling())
            .withSeed(seed);
    Policy cycle = policy.over(plan.steps(train.size()), peak);
    List<EpochRecord> done = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(StepRecord step) {
            steps.accept(step.step() + 1);
          }

          @Override
          public void epoch(EpochRecord epoch) {
            done.add(epoch);
          }
        };
    try (Learner learner = learner(setup, seed)) {
      BooleanSupplier agreed = learner.ranks().isAlone() ? stop : learner::stopAgreed;
      Training.run(learner, cycle, plan, train, validation, listener, agreed);
      if (done.size() < epochs) {
        throw new CancellationException();
      }
      return new CycleOutcome(peak, done, validation.size(), false);
    } catch (DivergedException e) {
      return new CycleOutcome(peak, done, validation.size(), true);
    }
  }

  private Learner learner(Setup setup, long seed) {
    return learners.apply(setup.withSeed(seed));
  }
}
