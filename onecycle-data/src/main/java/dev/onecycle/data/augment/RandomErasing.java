package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A random rectangle of an image that is erased.
 *
 * <p>The share of the area is uniform, the logarithm of the ratio too. A rectangle that does not
 * fit is drawn anew, 10 times at most; then nothing is erased.
 *
 * <p><i>Source:</i> Zhong et al. 2017 (arXiv 1708.04896, algorithm 1). <i>Deviation:</i> the
 * logarithm of the ratio is uniform, as in torchvision, not the ratio.
 *
 * @param chance the share of the images that lose a rectangle, in (0, 1]
 * @param minShare the least share of the area, in (0, maxShare]
 * @param maxShare the largest share of the area, in (0, 1)
 * @param maxRatio the largest ratio of width to height and of height to width, at least 1
 * @param fill the pixels in its place
 */
public record RandomErasing(
    double chance, double minShare, double maxShare, double maxRatio, Fill fill) {
  private static final int TRIES = 10;

  /** The pixels in the place of the rectangle. */
  public enum Fill {
    /** The mean colour of the image before it was changed. */
    MEAN,
    /** Random values, uniform over all 256, each pixel and channel its own. */
    NOISE
  }

  public RandomErasing {
    Require.that(chance > 0 && chance <= 1, "erase chance", "in (0, 1]", chance, chance);
    Require.that(maxShare > 0 && maxShare < 1, "erase max share", "in (0, 1)", maxShare, maxShare);
    Require.that(
        minShare > 0 && minShare <= maxShare,
        "erase min share",
        "in (0, " + Numbers.exact(maxShare) + "]",
        minShare,
        minShare);
    Require.atLeast("erase max ratio", maxRatio, 1);
  }

  /** Half of the images lose 0.02 to 0.4 of their area to noise, in ratios of up to 1/0.3. */
  public static RandomErasing standard() {
    return new RandomErasing(0.5, 0.02, 0.4, 1 / 0.3, Fill.NOISE);
  }

  /**
   * What is erased of one image.
   *
   * @param place of the rectangle
   * @param noise the seed of the random pixels
   */
  public record Choice(Rectangle place, long noise) {}

  Optional<Choice> draw(SplittableRandom random, int height, int width) {
    if (random.nextDouble() >= chance) {
      return Optional.empty();
    }
    double area = (double) height * width;
    for (int i = 0; i < TRIES; i++) {
      double share = minShare + (maxShare - minShare) * random.nextDouble();
      double ratio = ResizedCrop.logUniformRatio(random, maxRatio);
      int h = (int) Math.rint(Math.sqrt(area * share * ratio));
      int w = (int) Math.rint(Math.sqrt(area * share / ratio));
      if (h > 0 && h < height && w > 0 && w < width) {
        int top = random.nextInt(height - h + 1);
        int left = random.nextInt(width - w + 1);
        return Optional.of(new Choice(new Rectangle(top, left, h, w), random.nextLong()));
      }
    }
    return Optional.empty();
  }

  String describe() {
    return "random erasing "
        + Numbers.rounded(minShare, 6)
        + "–"
        + Numbers.rounded(maxShare, 6)
        + " of "
        + Numbers.rounded(chance, 6)
        + " of the images (ratio at most "
        + Numbers.rounded(maxRatio, 6)
        + ", "
        + fill.name().toLowerCase(Locale.ROOT)
        + ")";
  }
}
