package dev.onecycle.range;

/**
 * One training step of a range test: the interface between the test and an engine.
 *
 * <p>The torch module has one; any other trainer that takes a rate can be tested too.
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
