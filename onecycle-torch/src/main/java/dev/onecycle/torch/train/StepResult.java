package dev.onecycle.torch.train;

/**
 * The result of one optimizer step.
 *
 * @param loss mean loss of the batch, before the update
 * @param gradientNorm Euclidean norm of the whole gradient before clipping; NaN where the loss was
 *     not finite
 * @param learningRate the rate that the optimizer held
 * @param momentum the momentum that the optimizer held
 */
public record StepResult(double loss, double gradientNorm, double learningRate, double momentum) {
  /** Whether the weights were updated: they are not where loss or gradient is not finite. */
  public boolean finite() {
    return Double.isFinite(loss) && Double.isFinite(gradientNorm);
  }
}
