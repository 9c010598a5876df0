package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.error.Require;

/**
 * What a training run goes through, apart from the policy.
 *
 * @param epochs passes over the training images
 * @param batchSize images an optimizer step; the last batch of an epoch holds what is left
 * @param augmentation of training images; evaluation sees none
 * @param seed of order and augmentation
 * @param reestimatedBatches training batches from which batch norms' running statistics are
 *     estimated anew before each evaluation; 0 to evaluate with the running ones
 * @param evaluateEvery epochs after which the network is evaluated, each time; it is after the last
 *     one too
 * @param mostSteps optimizer steps after which the run ends, also within an epoch; {@link
 *     #WHOLE_EPOCHS} for no such end
 */
public record TrainingPlan(
    int epochs,
    int batchSize,
    Augmentation augmentation,
    long seed,
    int reestimatedBatches,
    int evaluateEvery,
    long mostSteps) {
  /** No end within an epoch. */
  public static final long WHOLE_EPOCHS = Long.MAX_VALUE;

  public TrainingPlan {
    Require.atLeast("epochs", epochs, 1);
    Require.atLeast("batch size", batchSize, 1);
    Require.atLeast("re-estimated batches", reestimatedBatches, 0);
    Require.atLeast("epochs between evaluations", evaluateEvery, 1);
    Require.atLeast("steps", mostSteps, 1);
  }

  /** A plan of whole epochs, evaluated after each. */
  public TrainingPlan(
      int epochs, int batchSize, Augmentation augmentation, long seed, int reestimatedBatches) {
    this(epochs, batchSize, augmentation, seed, reestimatedBatches, 1, WHOLE_EPOCHS);
  }

  /** The same training, evaluated after every so many epochs and after the last. */
  public TrainingPlan evaluatedEvery(int newEpochs) {
    return new TrainingPlan(
        epochs, batchSize, augmentation, seed, reestimatedBatches, newEpochs, mostSteps);
  }

  /** Whether the network is evaluated after an epoch, zero-based. */
  public boolean evaluates(int epoch) {
    return (epoch + 1) % evaluateEvery == 0 || epoch == epochs - 1;
  }

  /**
   * The same training, over a number of steps: as many epochs as they begin, the last of which ends
   * with the last step.
   */
  public TrainingPlan over(long steps, int images) {
    Require.atLeast("steps", steps, 1);
    int batches = sampler(images).batchesPerEpoch();
    int begun = Math.toIntExact((steps + batches - 1) / batches);
    return new TrainingPlan(
        begun, batchSize, augmentation, seed, reestimatedBatches, evaluateEvery, steps);
  }

  /** The order in which the images are taken. */
  public Sampler sampler(int images) {
    return Sampler.shuffled(images, batchSize, seed);
  }

  /** The optimizer steps of the whole run. */
  public long steps(int images) {
    return Math.min(mostSteps, (long) epochs * sampler(images).batchesPerEpoch());
  }
}
