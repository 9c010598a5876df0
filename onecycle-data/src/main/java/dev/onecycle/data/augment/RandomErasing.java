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
    new AreaRange(minShare, maxShare, maxRatio).required("erase");
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
    return range()
        .draw(random, true, height, width, height - 1, width - 1)
        .map(place -> new Choice(place, random.nextLong()));
  }

  private AreaRange range() {
    return new AreaRange(minShare, maxShare, maxRatio);
  }

  String describe() {
    return Numbers.format(
        "random erasing %s of %s of the images (%s, %s)",
        range().shares(),
        Numbers.rounded(chance, 6),
        range().ratio(),
        fill.name().toLowerCase(Locale.ROOT));
  }
}
