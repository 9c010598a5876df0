package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.SplittableRandom;

/**
 * A random part of an image that takes the place of the whole.
 *
 * <p>The share of the area is uniform, the logarithm of the ratio too. A part that does not fit is
 * drawn anew, 10 times at most; then it is the largest part around the centre whose ratio is
 * allowed.
 *
 * <p><i>Source:</i> the algorithm of torchvision's {@code RandomResizedCrop.get_params}, after
 * Szegedy et al. 2015 (arXiv 1409.4842, section 6).
 *
 * @param minShare the least share of the area, in (0, maxShare]
 * @param maxShare the largest share of the area, in (0, 1]
 * @param maxRatio the largest ratio of width to height and of height to width, at least 1
 */
public record ResizedCrop(double minShare, double maxShare, double maxRatio) {
  /** The largest ratio in the source. */
  public static final double STANDARD_RATIO = 4 / 3.0;

  private static final int TRIES = 10;

  public ResizedCrop {
    Require.that(maxShare > 0 && maxShare <= 1, "crop max share", "in (0, 1]", maxShare, maxShare);
    Require.that(
        minShare > 0 && minShare <= maxShare,
        "crop min share",
        "in (0, " + Numbers.exact(maxShare) + "]",
        minShare,
        minShare);
    Require.atLeast("crop max ratio", maxRatio, 1);
  }

  Rectangle draw(SplittableRandom random, int height, int width) {
    double area = (double) height * width;
    for (int i = 0; i < TRIES; i++) {
      double share = minShare + (maxShare - minShare) * random.nextDouble();
      double ratio = logUniformRatio(random, maxRatio);
      int w = (int) Math.rint(Math.sqrt(area * share * ratio));
      int h = (int) Math.rint(Math.sqrt(area * share / ratio));
      if (w > 0 && w <= width && h > 0 && h <= height) {
        return new Rectangle(random.nextInt(height - h + 1), random.nextInt(width - w + 1), h, w);
      }
    }
    double ratio = (double) width / height;
    int w = ratio > maxRatio ? (int) Math.rint(height * maxRatio) : width;
    int h = ratio < 1 / maxRatio ? (int) Math.rint(width * maxRatio) : height;
    return new Rectangle((height - h) / 2, (width - w) / 2, h, w);
  }

  /** A ratio between 1/max and max, whose logarithm is uniform. */
  static double logUniformRatio(SplittableRandom random, double max) {
    return Math.exp(Math.log(max) * (2 * random.nextDouble() - 1));
  }

  String describe() {
    return "random resized crop "
        + Numbers.rounded(minShare, 6)
        + "–"
        + Numbers.rounded(maxShare, 6)
        + " (ratio at most "
        + Numbers.rounded(maxRatio, 6)
        + ")";
  }
}
