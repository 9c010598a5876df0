package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Random rectangles by their share of the area of an image and by their ratio. The share is
 * uniform, and so is the logarithm of the ratio. A rectangle that does not fit is drawn anew, 10
 * times at most.
 *
 * @param minShare the least share of the area, in (0, maxShare]
 * @param maxShare the largest share of the area
 * @param maxRatio the largest ratio of the sides, at least 1
 */
record AreaRange(double minShare, double maxShare, double maxRatio) {
  private static final int TRIES = 10;

  /**
   * The range, made sure to be one.
   *
   * @param name of the settings in messages
   */
  AreaRange required(String name) {
    Require.that(
        minShare > 0 && minShare <= maxShare,
        name + " min share",
        "in (0, " + Numbers.exact(maxShare) + "]",
        minShare,
        minShare);
    Require.atLeast(name + " max ratio", maxRatio, 1);
    return this;
  }

  /**
   * A rectangle of an image.
   *
   * @param upright whether the drawn ratio is that of height to width; else of width to height
   * @param maxHeight a higher one does not fit
   * @param maxWidth a wider one does not fit
   */
  Optional<Rectangle> draw(
      SplittableRandom random,
      boolean upright,
      int height,
      int width,
      int maxHeight,
      int maxWidth) {
    double area = (double) height * width;
    for (int i = 0; i < TRIES; i++) {
      double share = minShare + (maxShare - minShare) * random.nextDouble();
      double ratio = Math.exp(Math.log(maxRatio) * (2 * random.nextDouble() - 1));
      int first = (int) Math.rint(Math.sqrt(area * share * ratio));
      int second = (int) Math.rint(Math.sqrt(area * share / ratio));
      int h = upright ? first : second;
      int w = upright ? second : first;
      if (h > 0 && h <= maxHeight && w > 0 && w <= maxWidth) {
        int top = random.nextInt(height - h + 1);
        return Optional.of(new Rectangle(top, random.nextInt(width - w + 1), h, w));
      }
    }
    return Optional.empty();
  }

  /** The range in words: {@code 0.02–0.4}. */
  String shares() {
    return Numbers.rounded(minShare, 6) + "–" + Numbers.rounded(maxShare, 6);
  }

  /** The largest ratio in words. */
  String ratio() {
    return "ratio at most " + Numbers.rounded(maxRatio, 6);
  }
}
