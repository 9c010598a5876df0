package dev.onecycle.error;

import java.util.Locale;

/**
 * Training whose loss, gradient or weights stopped being finite numbers.
 *
 * <p>The command line ends with exit code 76.
 */
public final class DivergedException extends RuntimeException {
  private final long step;
  private final double learningRate;
  private final double loss;

  /**
   * @param step zero-based step whose loss is not finite
   * @param learningRate the rate of that step
   * @param loss the loss of that step
   */
  public DivergedException(long step, double learningRate, double loss) {
    super(
        String.format(
            Locale.ROOT,
            "loss must be finite but was %s at step %d with learning rate %.4g;"
                + " lower the peak learning rate, to a third say, or run the range test again",
            loss,
            step,
            learningRate));
    this.step = step;
    this.learningRate = learningRate;
    this.loss = loss;
  }

  public long step() {
    return step;
  }

  public double learningRate() {
    return learningRate;
  }

  public double loss() {
    return loss;
  }
}
