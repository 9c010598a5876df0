package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The mixing of each image of a batch with another image of the batch, after both were changed. The
 * target is mixed alike: a share of the image's own label, the rest of the other's.
 *
 * <p>Mixup takes a weighted mean of all pixels. Cutmix takes a rectangle from the other image, at
 * the same place. The share is drawn from a beta distribution, Beta(α, α), for each image. If both
 * are asked for, each image gets one of them, both equally likely.
 *
 * <p><i>Sources:</i> Zhang et al. 2017 (arXiv 1710.09412, section 2); Yun et al. 2019 (arXiv
 * 1905.04899, section 3.1). <i>Deviation:</i> the share and the other image are drawn for each
 * image, where the sources draw one share a batch and shuffle it; no image is mixed with itself.
 *
 * @param mixup α of mixup, in [0, 4]; 0 for no mixup
 * @param cutmix α of cutmix, in [0, 4]; 0 for no cutmix
 */
public record Mixing(double mixup, double cutmix) {
  /** No mixing. */
  public static final Mixing NONE = new Mixing(0, 0);

  /** Larger values all give nearly equal shares, and take long to draw. */
  public static final double MAX_ALPHA = 4;

  public Mixing {
    Require.inClosed("mixup", mixup, 0, MAX_ALPHA);
    Require.inClosed("cutmix", cutmix, 0, MAX_ALPHA);
  }

  /**
   * What one image gets from another.
   *
   * @param partner the position of the other image in the batch
   * @param share of the own label in the target, in [0, 1]
   * @param cut the part that comes from the other image whole; empty for a mean of all pixels
   */
  public record Choice(int partner, double share, Optional<Rectangle> cut) {
    /**
     * Mixes two images of one shape.
     *
     * @param own its pixels, [H, W, C], which are changed
     * @param other the pixels of the other image
     * @param width of both, in pixels
     */
    public void apply(byte[] own, byte[] other, int channels, int width) {
      if (cut.isEmpty()) {
        float weight = (float) share;
        for (int i = 0; i < own.length; i++) {
          int theirs = other[i] & 0xff;
          own[i] = (byte) (int) (theirs + weight * ((own[i] & 0xff) - theirs) + 0.5f);
        }
        return;
      }
      Rectangle part = cut.get();
      for (int y = part.top(); y < part.top() + part.height(); y++) {
        int from = (y * width + part.left()) * channels;
        System.arraycopy(other, from, own, from, part.width() * channels);
      }
    }
  }

  /** Whether images are mixed. */
  public boolean isOn() {
    return !equals(NONE);
  }

  /**
   * The choice for an image, drawn from (seed, epoch, image) for its place in a batch; empty where
   * the batch has no other image.
   *
   * @param index of the image in the dataset
   * @param turn how often the image was drawn before in the epoch
   * @param position of the image in the batch
   * @param size of the batch
   */
  public Optional<Choice> choose(
      long seed, long epoch, int index, int turn, int position, int size, int height, int width) {
    if (size < 2 || !isOn()) {
      return Optional.empty();
    }
    SplittableRandom random = Augmentation.stream(seed, "mix", epoch, index, turn);
    int drawn = random.nextInt(size - 1);
    int partner = drawn < position ? drawn : drawn + 1;
    boolean cuts = cutmix > 0 && (mixup == 0 || random.nextBoolean());
    double share = beta(random, cuts ? cutmix : mixup);
    if (!cuts) {
      return Optional.of(new Choice(partner, share, Optional.empty()));
    }
    double side = Math.sqrt(1 - share);
    int middle = random.nextInt(height);
    int center = random.nextInt(width);
    int h = (int) Math.rint(height * side);
    int w = (int) Math.rint(width * side);
    int top = Math.max(0, middle - h / 2);
    int left = Math.max(0, center - w / 2);
    int bottom = Math.min(height, middle - h / 2 + h);
    int right = Math.min(width, center - w / 2 + w);
    // What lies outside the image is not taken: the share is the one of the pixels that stay.
    double kept = 1 - (double) (bottom - top) * (right - left) / ((double) height * width);
    Rectangle cut = new Rectangle(top, left, bottom - top, right - left);
    return Optional.of(new Choice(partner, kept, Optional.of(cut)));
  }

  /** A share of Beta(α, α), by Jöhnk 1964: from pairs of uniform numbers. */
  static double beta(SplittableRandom random, double alpha) {
    while (true) {
      double x = StrictMath.log(1 - random.nextDouble()) / alpha;
      double y = StrictMath.log(1 - random.nextDouble()) / alpha;
      if (StrictMath.exp(x) + StrictMath.exp(y) <= 1) {
        // Both may be too small for a double; their ratio is not.
        return 1 / (1 + StrictMath.exp(y - x));
      }
    }
  }

  String describe() {
    List<String> parts = new ArrayList<>();
    if (mixup > 0) {
      parts.add("mixup " + Numbers.rounded(mixup, 6));
    }
    if (cutmix > 0) {
      parts.add("cutmix " + Numbers.rounded(cutmix, 6));
    }
    return String.join(" or ", parts);
  }
}
