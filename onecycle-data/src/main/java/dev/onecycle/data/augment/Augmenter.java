package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The changes of an {@link Augmentation}, applied to uint8 images of one shape, [H, W, C]; the
 * results have one shape too, which may be smaller.
 *
 * <p>The order: the random resized crop, the rotation, the zoom, the window of the padded image and
 * the flip; an operation of TrivialAugment; brightness, contrast and saturation; random erasing and
 * cutout. All that moves pixels is one affine map and one bilinear interpolation. If a window and a
 * flip are all, pixels are copied as they are; the padded image is never built. Erasing and cutout
 * fill with the mean colour of the image before it was changed.
 *
 * <p>Immutable, and safe for use by many threads.
 */
public final class Augmenter {
  private final int pad;
  private final int channels;
  private final int height;
  private final int width;
  private final int[] rows;
  private final int[] columns;
  private final int cutout;
  private final Augmentation augmentation;
  private final AffineSampler sampler;
  private final int sourceHeight;
  private final int sourceWidth;

  /**
   * Of images that are changed in their own size.
   *
   * @throws dev.onecycle.error.InvalidValueException if the pad or the cutout does not fit the
   *     image
   */
  public Augmenter(Augmentation augmentation, int channels, int height, int width) {
    this(augmentation, channels, height, width, height, width);
  }

  /**
   * Of images that are changed and resized by the same interpolation; what is drawn does not depend
   * on the size of the source.
   *
   * @param sourceHeight of the images that are changed
   * @param sourceWidth of the images that are changed
   * @param height of the results
   * @param width of the results
   * @throws dev.onecycle.error.InvalidValueException if the pad or the cutout does not fit the
   *     result, or colours are changed where there are not one or three channels
   */
  public Augmenter(
      Augmentation augmentation,
      int channels,
      int sourceHeight,
      int sourceWidth,
      int height,
      int width) {
    this.augmentation = augmentation;
    this.sourceHeight = sourceHeight;
    this.sourceWidth = sourceWidth;
    this.sampler = new AffineSampler(channels, sourceHeight, sourceWidth, augmentation.padMode());
    this.pad = augmentation.pad();
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.rows = augmentation.padMode().map(height, pad, pad);
    this.columns = augmentation.padMode().map(width, pad, pad);
    boolean colours =
        !augmentation.color().equals(ColorJitter.NONE) || augmentation.trivialAugment();
    Require.that(
        !colours || channels == 1 || channels == 3,
        "channels of images whose colours are changed",
        "1 or 3",
        channels,
        channels);
    int side = Math.min(height, width);
    this.cutout =
        Require.that(
            augmentation.cutout() <= side,
            "augmentation cutout",
            "at most " + side + ", the shorter side of the images,",
            augmentation.cutout(),
            augmentation.cutout());
  }

  /** The change of image {@code index} in {@code epoch}. */
  public Change choose(long seed, long epoch, int index) {
    return choose(seed, epoch, index, 0);
  }

  /** The change of an image that was drawn {@code turn} times before in the epoch. */
  public Change choose(long seed, long epoch, int index, int turn) {
    return augmentation.choose(seed, epoch, index, turn, height, width);
  }

  /** Changes {@code image} by {@code change}, and writes it to {@code result}. */
  public void apply(byte[] image, Change change, byte[] result) {
    requireLength("image length", image, sourceHeight, sourceWidth);
    requireLength("result length", result, height, width);
    boolean moved = change.trivial().map(TrivialAugment::moves).orElse(false);
    boolean resized = sourceHeight != height || sourceWidth != width;
    if (resized || moved || !change.view().isWhole(height, width)) {
      AffineMap map = change.map(pad, height, width);
      sampler.apply(image, resized ? map.then(toSource()) : map, result, height, width);
    } else {
      copyWindow(image, change.window(), result);
    }
    change.trivial().ifPresent(trivial -> trivial.apply(result, channels, height, width));
    change.color().apply(result, channels);
    change.erased().ifPresent(erased -> erase(image, erased, result));
    change.window().cutout().ifPresent(center -> cutOut(result, center, meanColor(image)));
  }

  private void requireLength(String name, byte[] pixels, int rows, int columns) {
    int bytes = channels * rows * columns;
    Require.that(pixels.length == bytes, name, "" + bytes, pixels.length, pixels);
  }

  /** From places of an image of the result's size to those of the source. */
  private AffineMap toSource() {
    return new AffineMap((double) sourceWidth / width, 0, 0, 0, (double) sourceHeight / height, 0);
  }

  private void copyWindow(byte[] image, CropChoice window, byte[] result) {
    int stride = width * channels;
    for (int y = 0; y < height; y++) {
      int source = rows[window.top() + y];
      if (source == PadMode.NONE) {
        Arrays.fill(result, y * stride, (y + 1) * stride, (byte) 0);
      } else if (window.flip()) {
        copyPixels(image, source * stride, window.left(), 0, width, true, result, y * stride);
      } else {
        copyRow(image, source * stride, window.left(), result, y * stride);
      }
    }
  }

  private void erase(byte[] image, RandomErasing.Choice erased, byte[] result) {
    Rectangle place = erased.place();
    boolean noise =
        augmentation.erasing().map(e -> e.fill() == RandomErasing.Fill.NOISE).orElse(false);
    SplittableRandom random = new SplittableRandom(erased.noise());
    byte[] color = noise ? new byte[channels] : meanColor(image);
    for (int y = place.top(); y < place.top() + place.height(); y++) {
      for (int x = place.left(); x < place.left() + place.width(); x++) {
        if (noise) {
          random.nextBytes(color);
        }
        System.arraycopy(color, 0, result, (y * width + x) * channels, channels);
      }
    }
  }

  private void cutOut(byte[] result, CropChoice.CutoutCenter center, byte[] color) {
    int top = (int) (center.down() * height) - cutout / 2;
    int left = (int) (center.across() * width) - cutout / 2;
    for (int y = Math.max(0, top); y < Math.min(height, top + cutout); y++) {
      for (int x = Math.max(0, left); x < Math.min(width, left + cutout); x++) {
        System.arraycopy(color, 0, result, (y * width + x) * channels, channels);
      }
    }
  }

  private byte[] meanColor(byte[] image) {
    byte[] color = new byte[channels];
    int pixels = image.length / channels;
    for (int c = 0; c < channels; c++) {
      long sum = 0;
      for (int i = c; i < image.length; i += channels) {
        sum += Byte.toUnsignedInt(image[i]);
      }
      color[c] = (byte) ((sum + pixels / 2) / pixels);
    }
    return color;
  }

  /** Copies a window of a padded row: the border pixel by pixel, the inside in one piece. */
  private void copyRow(byte[] image, int from, int left, byte[] result, int to) {
    int inside = Math.max(0, Math.min(width, pad - left));
    int outside = Math.max(inside, Math.min(width, pad + width - left));
    copyPixels(image, from, left, 0, inside, false, result, to);
    if (outside > inside) { // else the whole window lies in the padding
      System.arraycopy(
          image,
          from + (left + inside - pad) * channels,
          result,
          to + inside * channels,
          (outside - inside) * channels);
    }
    copyPixels(image, from, left, outside, width, false, result, to);
  }

  private void copyPixels(
      byte[] image, int from, int left, int begin, int end, boolean flip, byte[] result, int to) {
    for (int x = begin; x < end; x++) {
      int source = columns[left + x];
      int target = to + (flip ? width - 1 - x : x) * channels;
      for (int c = 0; c < channels; c++) {
        result[target + c] =
            source == PadMode.NONE ? (byte) 0 : image[from + source * channels + c];
      }
    }
  }
}
