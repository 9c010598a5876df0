package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * Training whose loss or gradient stopped being a finite number; the weights were left as they were
 * before that step.
 *
 * <p>The command line ends with exit code 76.
 */
public final class DivergedException extends RuntimeException {
  private static final String ADVICE =
      "; lower the peak learning rate, to a third say, or run the range test again";

  private final String what;
  private final long step;
  private final double learningRate;

  /**
   * @param quantity what is not finite: "loss" or "gradient norm"
   * @param value its value
   * @param step zero-based step at which that showed
   * @param learningRate the rate of that step
   */
  public DivergedException(String quantity, double value, long step, double learningRate) {
    super(what(quantity, value, step, learningRate) + ADVICE);
    what = what(quantity, value, step, learningRate);
    this.step = step;
    this.learningRate = learningRate;
  }

  private static String what(String quantity, double value, long step, double learningRate) {
    return Numbers.format(
        "%s must be finite but was %s at step %d with learning rate %s",
        quantity, value, step, Numbers.brief(learningRate));
  }

  /** The message without its advice. */
  public String what() {
    return what;
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
