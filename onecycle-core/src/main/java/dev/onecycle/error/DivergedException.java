package dev.onecycle.error;

import dev.onecycle.text.Numbers;

/**
 * A training has diverged: a loss, gradient or weight is not a finite number, or the losses are far
 * above their level at the start (see {@link dev.onecycle.record.LossWatch}). A step whose loss or
 * gradient is not finite was not applied: the weights are from before it.
 *
 * <p>The command line ends with exit code 76.
 */
public final class DivergedException extends OnecycleException {
  private static final long serialVersionUID = 1;

  private static final String ADVICE = "; lower the peak learning rate, to a third say";

  private final String reason;
  private final long step;
  private final double learningRate;
  private final long soundBefore;

  /**
   * A quantity that is not finite.
   *
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
        learningRate,
        step,
        ADVICE);
  }

  private DivergedException(
      String reason, long step, double learningRate, long soundBefore, String advice) {
    super(reason + advice, null);
    this.reason = reason;
    this.step = step;
    this.learningRate = learningRate;
    this.soundBefore = soundBefore;
  }

  /**
   * Losses that are finite and too high.
   *
   * @param quantity "loss" or "evaluation loss"
   * @param value its last value
   * @param factor of the limit over the reference
   * @param reference the loss at the start or of knowing nothing
   * @param step zero-based last step
   * @param learningRate the rate of that step
   * @param soundBefore see {@link #soundBefore}
   */
  public static DivergedException above(
      String quantity,
      double value,
      double factor,
      double reference,
      long step,
      double learningRate,
      long soundBefore) {
    return new DivergedException(
        Numbers.format(
            "%s must stay below %s, %s times the loss at the start or of knowing nothing, but was"
                + " %s at step %d with learning rate %s%s",
            quantity,
            Numbers.brief(factor * reference),
            Numbers.brief(factor),
            Numbers.brief(value),
            step,
            Numbers.brief(learningRate),
            soundBefore < step
                ? Numbers.format(", after a rise from step %d on", soundBefore)
                : ""),
        step,
        learningRate,
        soundBefore,
        ADVICE);
  }

  /** The same divergence with another step before which the weights are sound. */
  public DivergedException withSoundBefore(long value) {
    return new DivergedException(reason, step, learningRate, value, ADVICE);
  }

  /**
   * The same divergence with advice that knows where the rate came from.
   *
   * @param advice after a semicolon
   */
  public DivergedException withAdvice(String advice) {
    return new DivergedException(reason, step, learningRate, soundBefore, "; " + advice);
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

  /**
   * The step before which the weights are sound as far as the losses tell: a retry goes back to a
   * checkpoint whose next step is earlier.
   */
  public long soundBefore() {
    return soundBefore;
  }
}
