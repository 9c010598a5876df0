package dev.onecycle.torch.engine.network;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The cross-entropy of scores with labels, and its gradient, as PyTorch defines both.
 *
 * <p>With class weights w, smoothing s and K classes, the loss of a batch is Σ_i [(1 − s) w_y(i)
 * (−ln p_iy(i)) + s / K Σ_c w_c (−ln p_ic)] / Σ_i w_y(i): the weighted mean.
 */
final class CrossEntropy {
  private static final long NO_IGNORED_LABEL = -100;
  private static final long EACH = 0;
  private static final long MEAN = 1;
  private static final long SUM = 2;

  private CrossEntropy() {}

  /** The mean loss of all rows, every class with weight 1. */
  static Tensor mean(Tensor scores, Tensor labels, double smoothing) {
    return torch.cross_entropy_loss(
        scores, labels, new TensorOptional(), MEAN, NO_IGNORED_LABEL, smoothing);
  }

  /** The sum of the rows' losses, each with the weight of its class. */
  static Tensor weightedSum(Tensor scores, Tensor labels, Tensor weights, double smoothing) {
    return torch.cross_entropy_loss(
        scores, labels, new TensorOptional(weights), SUM, NO_IGNORED_LABEL, smoothing);
  }

  /**
   * The loss of each row.
   *
   * @param weights by class; null for 1 each
   */
  static Tensor each(Tensor scores, Tensor labels, @Nullable Tensor weights, double smoothing) {
    TensorOptional byClass = weights == null ? new TensorOptional() : new TensorOptional(weights);
    return torch.cross_entropy_loss(scores, labels, byClass, EACH, NO_IGNORED_LABEL, smoothing);
  }

  /**
   * The gradient of a batch's loss by the scores of some of its images: softmax less targets.
   *
   * @param batch images of the whole batch
   */
  static Tensor gradient(Tensor scores, Tensor labels, double smoothing, int batch) {
    Tensor gradient = scores.softmax(1).sub_(new Scalar(smoothing / scores.size(1)));
    Tensor hits = scores.new_full(new long[] {labels.size(0), 1}, new Scalar(smoothing - 1));
    return gradient.scatter_add_(1, labels.unsqueeze(1), hits).mul_(new Scalar(1.0 / batch));
  }

  /**
   * The gradient of a batch's weighted loss by the scores of some of its images: softmax times the
   * sum of the targets, less targets.
   *
   * @param total weight of the whole batch, Σ_i w_y(i)
   */
  static Tensor weightedGradient(
      Tensor scores, Tensor labels, Tensor weights, double smoothing, double total) {
    Tensor even = weights.mul(new Scalar(smoothing / scores.size(1)));
    Tensor own = weights.index_select(0, labels).mul_(new Scalar(1 - smoothing)).unsqueeze(1);
    Tensor targets =
        even.unsqueeze(0).repeat(labels.size(0), 1).scatter_add_(1, labels.unsqueeze(1), own);
    Tensor sums = own.add(even.sum());
    return scores.softmax(1).mul_(sums).sub_(targets).mul_(new Scalar(1 / total));
  }
}
