package dev.onecycle.data.augment;

import java.util.SplittableRandom;

/**
 * One operation of TrivialAugment and its strength: for each image one of 14 operations, all
 * equally likely, with one of 31 strengths, all equally likely.
 *
 * <p><i>Source:</i> Müller and Hutter 2021 (arXiv 2103.10158), the wide space, by the constants of
 * torchvision's {@code TrivialAugmentWide}. <i>Deviation:</i> an image that is moved, sheared or
 * turned shows pixels by the {@link PadMode} at its borders, where torchvision fills them with
 * black, and these operations are part of the one interpolation of {@link Augmenter}.
 *
 * @param operation to apply
 * @param level the strength, in [0, 30]
 * @param negative whether the strength is negative, for operations that have a direction
 */
public record TrivialAugment(Operation operation, int level, boolean negative) {
  private static final int LEVELS = 31;

  /** The operations; at the highest level they go as far as their text says. */
  public enum Operation {
    /** No change. */
    IDENTITY,
    /** Rows are moved in proportion to their distance from the top, by up to 0.99 of it. */
    SHEAR_X,
    /** Columns are moved in proportion to their distance from the left, by up to 0.99 of it. */
    SHEAR_Y,
    /** Moved to a side by up to 32 pixels. */
    TRANSLATE_X,
    /** Moved up or down by up to 32 pixels. */
    TRANSLATE_Y,
    /** Turned by up to 135 degrees about the centre. */
    ROTATE,
    /** Brightness by a factor between 0.01 and 1.99, as in {@link ColorJitter}. */
    BRIGHTNESS,
    /** Saturation by a factor between 0.01 and 1.99, as in {@link ColorJitter}. */
    SATURATION,
    /** Contrast by a factor between 0.01 and 1.99, as in {@link ColorJitter}. */
    CONTRAST,
    /** The distance from a blurred image by a factor between 0.01 and 1.99. */
    SHARPNESS,
    /** Values keep their 8 to 2 highest bits. */
    POSTERIZE,
    /** Values from a threshold between 255 and 0 on are inverted. */
    SOLARIZE,
    /** Values of each channel are stretched to [0, 255]. */
    AUTO_CONTRAST,
    /** Values of each channel are made equally frequent. */
    EQUALIZE;

    private static final Operation[] ALL = values();
  }

  static TrivialAugment draw(SplittableRandom random) {
    return new TrivialAugment(
        Operation.ALL[random.nextInt(Operation.ALL.length)],
        random.nextInt(LEVELS),
        random.nextBoolean());
  }

  private double strength(double most) {
    double strength = most * level / (LEVELS - 1);
    return negative ? -strength : strength;
  }

  /** Whether pixels change their places. */
  boolean moves() {
    return switch (operation) {
      case SHEAR_X, SHEAR_Y, TRANSLATE_X, TRANSLATE_Y, ROTATE -> true;
      default -> false;
    };
  }

  AffineMap map(int height, int width) {
    return switch (operation) {
      case SHEAR_X -> new AffineMap(1, strength(0.99), 0, 0, 1, 0);
      case SHEAR_Y -> new AffineMap(1, 0, 0, strength(0.99), 1, 0);
      case TRANSLATE_X -> AffineMap.shift(strength(32), 0);
      case TRANSLATE_Y -> AffineMap.shift(0, strength(32));
      case ROTATE -> AffineMap.rotation(strength(135), width / 2.0, height / 2.0);
      default -> AffineMap.IDENTITY;
    };
  }

  /** Changes the values of an image, [H, W, C], where its pixels keep their places. */
  void apply(byte[] image, int channels, int height, int width) {
    double factor = 1 + strength(0.99);
    switch (operation) {
      case BRIGHTNESS -> new ColorJitter.Factors(factor, 1, 1).apply(image, channels);
      case CONTRAST -> new ColorJitter.Factors(1, factor, 1).apply(image, channels);
      case SATURATION -> new ColorJitter.Factors(1, 1, factor).apply(image, channels);
      case SHARPNESS -> sharpen(image, channels, height, width, (float) factor);
      case POSTERIZE -> posterize(image, 8 - (int) Math.rint(level / 5.0));
      case SOLARIZE -> solarize(image, 255.0 * (LEVELS - 1 - level) / (LEVELS - 1));
      case AUTO_CONTRAST -> Tones.stretch(image, channels);
      case EQUALIZE -> Tones.equalize(image, channels);
      default -> {
        // Nothing, or a move.
      }
    }
  }

  private static void posterize(byte[] image, int bits) {
    int kept = 0xff << (8 - bits);
    for (int i = 0; i < image.length; i++) {
      image[i] &= (byte) kept;
    }
  }

  private static void solarize(byte[] image, double threshold) {
    for (int i = 0; i < image.length; i++) {
      int value = image[i] & 0xff;
      image[i] = (byte) (value >= threshold ? 255 - value : value);
    }
  }

  /** The blurred image is a mean of 3×3 pixels, the middle one five times; the border is kept. */
  private static void sharpen(byte[] image, int channels, int height, int width, float factor) {
    byte[] before = image.clone();
    int row = width * channels;
    for (int y = 1; y < height - 1; y++) {
      for (int i = y * row + channels; i < (y + 1) * row - channels; i++) {
        int sum = 4 * (before[i] & 0xff);
        for (int around = i - row; around <= i + row; around += row) {
          sum += before[around - channels] & 0xff;
          sum += before[around] & 0xff;
          sum += before[around + channels] & 0xff;
        }
        float value = factor * (before[i] & 0xff) + (1 - factor) * (sum / 13f);
        image[i] = (byte) (int) (Math.max(0, Math.min(255, value)) + 0.5f);
      }
    }
  }
}
