package dev.onecycle.torch.train;

import dev.onecycle.augment.Augmentation;
import dev.onecycle.data.Batch;
import dev.onecycle.data.BatchLoader;
import dev.onecycle.data.ImageDataset;
import dev.onecycle.data.Sampler;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.Require;
import dev.onecycle.run.EpochRecord;
import dev.onecycle.run.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** The training loop: set the step's hyper-parameters, step, record; evaluate after each epoch. */
public final class Training {
  /** Large enough to be fast, small enough for any memory that could train. */
  static final int EVALUATION_BATCH = 500;

  private Training() {}

  /**
   * Trains a network by a policy.
   *
   * @param policy made for the plan's number of steps
   * @param listener watches
   * @param stop asked after every step; true ends the run
   * @return the epochs completed: fewer than planned if it was stopped
   * @throws DivergedException where a loss or gradient is not finite; the weights are those before
   *     that step
   */
  public static List<EpochRecord> run(
      Learner learner,
      Policy policy,
      TrainingPlan plan,
      ImageDataset train,
      ImageDataset evaluation,
      TrainingListener listener,
      BooleanSupplier stop) {
    Sampler sampler = plan.sampler(train.size());
    Require.that(
        policy.steps() == plan.steps(train.size()),
        "policy steps",
        "the plan's " + plan.steps(train.size()),
        policy.steps(),
        policy);
    List<EpochRecord> epochs = new ArrayList<>();
    long step = 0;
    for (int epoch = 0; epoch < plan.epochs(); epoch++) {
      long begin = System.nanoTime();
      double lossSum = 0;
      int images = 0;
      try (BatchLoader batches = BatchLoader.epoch(train, plan.augmentation(), sampler, epoch)) {
        while (batches.hasNext() && step < policy.steps()) {
          double learningRate = policy.learningRate().at(step);
          double momentum = policy.momentum().at(step);
          StepResult result;
          try (Batch batch = batches.next()) {
            result = learner.step(batch, learningRate, momentum);
            lossSum += result.loss() * batch.size();
            images += batch.size();
          }
          requireFinite(result, step);
          listener.step(
              new StepRecord(step, epoch, result.learningRate(), result.momentum(), result.loss()));
          step++;
          if (stop.getAsBoolean()) {
            return epochs;
          }
        }
      }
      long trained = System.nanoTime();
      if (plan.reestimatedBatches() > 0) {
        reestimateBatchNorms(learner, plan, train, sampler);
      }
      int thisEpoch = epoch;
      Evaluation result =
          evaluate(
              learner, evaluation, done -> listener.evaluating(thisEpoch, done, evaluation.size()));
      double trainSeconds = (trained - begin) / 1e9;
      EpochRecord record =
          new EpochRecord(
              epoch,
              step,
              lossSum / images,
              result.loss(),
              result.accuracy(),
              images / trainSeconds,
              trainSeconds,
              (System.nanoTime() - trained) / 1e9);
      epochs.add(record);
      listener.classified(epoch, result.classification());
      listener.epoch(record);
    }
    return epochs;
  }

  /** Evaluates a network on every image of a data set. */
  public static Evaluation evaluate(Learner learner, ImageDataset images, IntConsumer progress) {
    try (BatchLoader batches = BatchLoader.evaluation(images, EVALUATION_BATCH)) {
      return learner.evaluate(() -> batches, images::origin, progress);
    }
  }

  private static void requireFinite(StepResult result, long step) {
    if (!Double.isFinite(result.loss())) {
      throw new DivergedException("loss", result.loss(), step, result.learningRate());
    }
    if (!Double.isFinite(result.gradientNorm())) {
      throw new DivergedException(
          "gradient norm", result.gradientNorm(), step, result.learningRate());
    }
  }

  private static void reestimateBatchNorms(
      Learner learner, TrainingPlan plan, ImageDataset train, Sampler sampler) {
    int count = Math.min(plan.reestimatedBatches(), sampler.batchesPerEpoch());
    try (BatchLoader batches = BatchLoader.batches(train, Augmentation.none(), sampler, 0, count)) {
      learner.reestimateBatchNorms(() -> batches);
    }
  }
}
