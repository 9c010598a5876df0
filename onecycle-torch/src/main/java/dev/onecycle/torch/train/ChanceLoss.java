package dev.onecycle.torch.train;

import dev.onecycle.math.ClassShares;

/** The loss of a network that knows nothing about the images: it gives all the same answer. */
final class ChanceLoss {
  private ChanceLoss() {}

  /**
   * The lowest mean cross-entropy of a constant answer.
   *
   * <p>With label smoothing s an image of class y has the target (1 − s) [k = y] + s / K. The mean
   * target over all images is m_k = (1 − s) f_k + s / K, where f are the shares of the classes. The
   * mean loss of a constant answer p is −Σ m_k ln p_k, which is lowest at p = m (Gibbs' inequality)
   * and is then the entropy of m.
   *
   * @param counts of the images of each class
   * @param smoothing s, in [0, 1)
   */
  static double of(long[] counts, double smoothing) {
    if (smoothing == 0) {
      return ClassShares.entropy(counts);
    }
    double total = 0;
    for (long count : counts) {
      total += count;
    }
    double entropy = 0;
    for (long count : counts) {
      double mean = (1 - smoothing) * count / total + smoothing / counts.length;
      entropy -= mean * Math.log(mean);
    }
    return entropy;
  }
}
