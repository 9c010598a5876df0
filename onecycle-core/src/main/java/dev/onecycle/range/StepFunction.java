package dev.onecycle.range;

/**
 * One training step as the range test sees it: the seam between the test and an engine.
 *
 * <p>The torch module supplies one; so does anything else that can train by a given rate.
 */
@FunctionalInterface
public interface StepFunction {
  /**
   * Takes the next training batch, computes its loss with the weights as they are, then updates
   * them with the given rate and momentum.
   *
   * @return the loss of the batch before the update; NaN and infinities are allowed
   */
  double step(double learningRate, double momentum);
}
