package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * Training whose loss or gradient stopped being a finite number; the weights were left as they were
 * before that step.
 *
 * <p>The command line ends with exit code 76.
 */
public final class DivergedException extends RuntimeException {
  private final String quantity;
  private final long step;
  private final double learningRate;

  /**
   * @param quantity what is not finite: "loss" or "gradient norm"
   * @param value its value
   * @param step zero-based step at which that showed
   * @param learningRate the rate of that step
   */
  public DivergedException(String quantity, double value, long step, double learningRate) {
    super(
        Numbers.format(
            "%s must be finite but was %s at step %d with learning rate %s; lower the peak learning rate, to a third say, or run the range test again",
            quantity, value, step, Numbers.brief(learningRate)));
    this.quantity = quantity;
    this.step = step;
    this.learningRate = learningRate;
  }

  /** What is not finite. */
  public String quantity() {
    return quantity;
  }

  /** Zero-based step at which divergence showed. */
  public long step() {
    return step;
  }

  /** The rate of that step. */
  public double learningRate() {
    return learningRate;
  }
}
