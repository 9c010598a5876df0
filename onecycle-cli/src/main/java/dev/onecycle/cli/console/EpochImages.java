package dev.onecycle.cli.console;

import dev.onecycle.torch.train.TrainingPlan;

/**
 * The images that the steps of a cycle have seen, counted within each epoch.
 *
 * @param images to train on
 * @param batchSize images a step; the last batch of an epoch may be smaller, and a last batch of
 *     one image is left out
 * @param steps of the whole cycle, which may end within an epoch
 */
record EpochImages(int images, int batchSize, long steps) {
  private long stepsPerEpoch() {
    return TrainingPlan.of(1, batchSize).sampler(images).batchesPerEpoch();
  }

  /** The images of the whole of an epoch, zero-based. */
  long total(int epoch) {
    return after(Math.min(stepsPerEpoch(), steps - epoch * stepsPerEpoch()));
  }

  /** The images of an epoch when a step, counted over all epochs, is done. */
  long done(int epoch, long step) {
    return after(step - epoch * stepsPerEpoch() + 1);
  }

  private long after(long stepsOfEpoch) {
    return Math.min(stepsOfEpoch * batchSize, images);
  }
}
