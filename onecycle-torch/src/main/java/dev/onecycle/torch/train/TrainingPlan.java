package dev.onecycle.torch.train;

import dev.onecycle.augment.Augmentation;
import dev.onecycle.data.Sampler;
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
 */
public record TrainingPlan(
    int epochs, int batchSize, Augmentation augmentation, long seed, int reestimatedBatches) {
  public TrainingPlan {
    Require.atLeast("epochs", epochs, 1);
    Require.atLeast("batch size", batchSize, 1);
    Require.atLeast("re-estimated batches", reestimatedBatches, 0);
  }

  /** The order in which the images are taken. */
  public Sampler sampler(int images) {
    return Sampler.shuffled(images, batchSize, seed);
  }

  /** The optimizer steps of the whole run. */
  public long steps(int images) {
    return (long) epochs * sampler(images).batchesPerEpoch();
  }
}
