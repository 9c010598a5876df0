package dev.onecycle.torch.train;

import dev.onecycle.error.Require;

/**
 * The loss that a range test records at a learning rate.
 *
 * @param batches optimizer steps at each rate; more of them average out the noise of single
 *     batches, and let the rate act for longer, at as many times the cost
 * @param images that the loss is measured on
 */
public record RangeLoss(int batches, Images images) {
  /** The images that a loss is measured on. */
  public enum Images {
    /** The training batches themselves: the mean of their losses, which costs nothing. */
    TRAIN,
    /**
     * Held-out images, the same at every rate, after its last step: costs their evaluation, about
     * {@value LearningRateFinder#MAX_HELD_OUT} images a rate.
     */
    VALIDATION
  }

  /** The loss of one training batch at each rate. */
  public static final RangeLoss STANDARD = new RangeLoss(1, Images.TRAIN);

  public RangeLoss {
    Require.atLeast("range batches", batches, 1);
  }

  /**
   * The time of a range test at one rate.
   *
   * @param heldOut images to evaluate on
   */
  public double seconds(StepCost cost, int heldOut) {
    double evaluated = Math.min(heldOut, LearningRateFinder.MAX_HELD_OUT);
    double evaluation =
        images == Images.TRAIN
            ? 0
            : evaluated * cost.secondsPerEvaluatedImage() + cost.secondsPerStep();
    return batches * cost.secondsPerStep() + evaluation;
  }
}
