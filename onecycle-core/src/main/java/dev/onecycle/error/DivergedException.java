package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * The loss or gradient of a training step is not a finite number. The step was not applied: the
 * weights are those before it.
 *
 * <p>The command line ends with exit code 76.
 */
public final class DivergedException extends OnecycleException {
  private static final long serialVersionUID = 1;

  private static final String ADVICE =
      "; lower the peak learning rate, to a third say, or run the range test again";

  private final String reason;
  private final long step;
  private final double learningRate;

  /**
   * @param quantity the number that is not finite: "loss" or "gradient norm"
   * @param value its value
   * @param step zero-based step of the divergence
   * @param learningRate the rate of that step
   */
  public DivergedException(String quantity, double value, long step, double learningRate) {
    this(
        Numbers.format(
            "%s must be finite but was %s at step %d with learning rate %s",
            quantity, value, step, Numbers.brief(learningRate)),
        step,
        learningRate);
  }

  private DivergedException(String reason, long step, double learningRate) {
    super(reason + ADVICE, null);
    this.reason = reason;
    this.step = step;
    this.learningRate = learningRate;
  }

  /** The message without its advice. */
  public String reason() {
    return reason;
  }

  /** Zero-based step of the divergence. */
  public long step() {
    return step;
  }

  /** The rate of that step. */
  public double learningRate() {
    return learningRate;
  }
}
