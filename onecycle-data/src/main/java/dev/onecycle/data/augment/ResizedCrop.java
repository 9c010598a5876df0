package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
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

  public ResizedCrop {
    Require.that(maxShare > 0 && maxShare <= 1, "crop max share", "in (0, 1]", maxShare, maxShare);
    new AreaRange(minShare, maxShare, maxRatio).required("crop");
  }

  Rectangle draw(SplittableRandom random, int height, int width) {
    return range()
        .draw(random, false, height, width, height, width)
        .orElseGet(() -> largest(height, width));
  }

  /** The largest part around the centre whose ratio is allowed. */
  private Rectangle largest(int height, int width) {
    double ratio = (double) width / height;
    int w = ratio > maxRatio ? (int) Math.rint(height * maxRatio) : width;
    int h = ratio < 1 / maxRatio ? (int) Math.rint(width * maxRatio) : height;
    return new Rectangle((height - h) / 2, (width - w) / 2, h, w);
  }

  private AreaRange range() {
    return new AreaRange(minShare, maxShare, maxRatio);
  }

  String describe() {
    return "random resized crop " + range().shares() + " (" + range().ratio() + ")";
  }
}
