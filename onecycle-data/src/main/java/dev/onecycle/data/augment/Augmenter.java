package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import java.util.Arrays;

/**
 * The changes of an {@link Augmentation}, applied to uint8 images of one shape, [H, W, C].
 *
 * <p>The padded image is never built: rows are copied by an index map. Immutable, and safe for use
 * by many threads.
 */
public final class Augmenter {
  private final int pad;
  private final int channels;
  private final int height;
  private final int width;
  private final int[] rows;
  private final int[] columns;
  private final int cutout;

  /**
   * @throws dev.onecycle.error.InvalidValueException if the pad or the cutout does not fit the
   *     image
   */
  public Augmenter(Augmentation augmentation, int channels, int height, int width) {
    this.pad = augmentation.pad();
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.rows = augmentation.padMode().map(height, pad, pad);
    this.columns = augmentation.padMode().map(width, pad, pad);
    int side = Math.min(height, width);
    this.cutout =
        Require.that(
            augmentation.cutout() <= side,
            "augmentation cutout",
            "at most " + side + ", the shorter side of the images,",
            augmentation.cutout(),
            augmentation.cutout());
  }

  /** Changes {@code image} by {@code choice}, and writes it to {@code result}. */
  public void apply(byte[] image, CropChoice choice, byte[] result) {
    int bytes = channels * height * width;
    Require.that(image.length == bytes, "image length", "" + bytes, image.length, image);
    Require.that(result.length == bytes, "result length", "" + bytes, result.length, result);
    int stride = width * channels;
    for (int y = 0; y < height; y++) {
      int source = rows[choice.top() + y];
      if (source == PadMode.NONE) {
        Arrays.fill(result, y * stride, (y + 1) * stride, (byte) 0);
      } else if (choice.flip()) {
        copyPixels(image, source * stride, choice.left(), 0, width, true, result, y * stride);
      } else {
        copyRow(image, source * stride, choice.left(), result, y * stride);
      }
    }
    choice.cutout().ifPresent(center -> cutOut(result, center, meanColor(image)));
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
    int pixels = height * width;
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
