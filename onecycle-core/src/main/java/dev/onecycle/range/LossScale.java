package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.Arrays;

/**
 * The scale of a loss: the loss of a network that knows nothing, and of one that knows everything.
 * It tells how far a loss has come, whatever constant is added to it.
 *
 * <p>For cross-entropy see {@link #ofClasses}. For squared errors the chance loss is the variance
 * of the targets, and the lowest is 0.
 *
 * @param chance the loss of knowing nothing: the lowest mean loss of a network that gives every
 *     input the same answer. Only a network whose loss is clearly below has learned something
 * @param lowest the lowest mean loss there is, below {@code chance}
 * @param noise the standard deviation of the loss of one batch for a network that knows nothing; 0
 *     where it is not known. The noise of a curve is at least that
 */
public record LossScale(double chance, double lowest, double noise) {
  public LossScale {
    Require.that(Double.isFinite(chance), "chance loss", "finite", chance, chance);
    boolean below = lowest < chance && Double.isFinite(lowest);
    Require.that(below, "lowest loss", "below the chance loss " + chance, lowest, lowest);
    Require.atLeast("noise of the chance loss", noise, 0);
  }

  /** A scale whose noise is not known. */
  public static LossScale of(double chance, double lowest) {
    return new LossScale(chance, lowest, 0);
  }

  /**
   * The scale of cross-entropy over classes.
   *
   * <p>With label smoothing s an image of class y has the target (1 − s) [k = y] + s / K. The mean
   * target over all images is m_k = (1 − s) f_k + s / K, where f are the shares of the classes. The
   * mean loss of a constant answer p is −Σ m_k ln p_k, which is lowest at p = m (Gibbs' inequality)
   * and is then the entropy of m: the chance loss. Without smoothing it is ln K where the classes
   * are equally common, and less where they are not. The lowest loss is the entropy of a target, 0
   * without smoothing. The noise is that of drawing a batch: where a class is rare, a batch without
   * it has a much lower loss than a batch with it.
   *
   * @param counts of the training images of each class; at least two classes have some
   * @param smoothing s, in [0, 1)
   * @param images whose mean is one loss: the batch size
   */
  public static LossScale ofClasses(long[] counts, double smoothing, long images) {
    Require.atLeast("images of a loss", images, 1);
    Require.inHalfOpen("label smoothing", smoothing, 0, 1);
    double total =
        Arrays.stream(counts).mapToDouble(n -> Require.atLeast("class count", n, 0)).sum();
    Require.that(total > 0, "class counts", "above 0 for one class", "0", "0");
    double even = smoothing / counts.length;
    double[] logs =
        Arrays.stream(counts)
            .mapToDouble(n -> (1 - smoothing) * n / total + even)
            .map(mean -> mean == 0 ? 0 : Math.log(mean))
            .toArray();
    double evenly = -even * Arrays.stream(logs).sum();
    double chance = 0;
    double square = 0;
    for (int k = 0; k < counts.length; k++) {
      double ofClass = evenly - (1 - smoothing) * logs[k];
      chance += counts[k] / total * ofClass;
      square += counts[k] / total * ofClass * ofClass;
    }
    double hit = 1 - smoothing + even;
    double lowest =
        smoothing == 0 ? 0 : -hit * Math.log(hit) - (counts.length - 1) * even * Math.log(even);
    double deviation = Math.sqrt(Math.max(0, square - chance * chance));
    return new LossScale(chance, lowest, deviation / Math.sqrt(images));
  }
}
