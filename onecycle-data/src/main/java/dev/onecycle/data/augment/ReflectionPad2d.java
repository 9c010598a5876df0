package dev.onecycle.data.augment;

import dev.onecycle.error.Require;
import java.util.Arrays;

/**
 * Padding of the last two dimensions by the reflection of the image, without the edge pixel.
 *
 * <p>It equals PyTorch's {@code torch.nn.ReflectionPad2d}, including the order of the pads: Ho = Hi
 * + top + bottom, Wo = Wi + left + right, and every pad is smaller than the dimension it extends.
 *
 * @param left the number of columns added before the first
 * @param right the number of columns added after the last
 * @param top the number of rows added above the first
 * @param bottom the number of rows added below the last
 */
public record ReflectionPad2d(int left, int right, int top, int bottom) {
  public ReflectionPad2d {
    Require.atLeast("left", left, 0);
    Require.atLeast("right", right, 0);
    Require.atLeast("top", top, 0);
    Require.atLeast("bottom", bottom, 0);
  }

  /** The same pad on all four sides. */
  public ReflectionPad2d(int pad) {
    this(pad, pad, pad, pad);
  }

  /**
   * The shape after padding.
   *
   * @param shape [N, C, H, W] or [C, H, W]
   * @throws dev.onecycle.error.InvalidValueException if a pad is not smaller than its dimension
   */
  public long[] outputShape(long... shape) {
    Require.that(
        shape.length == 3 || shape.length == 4,
        "shape",
        "[N, C, H, W] or [C, H, W]",
        Arrays.toString(shape),
        shape);
    int h = shape.length - 2;
    int w = shape.length - 1;
    requireInside("top", top, "H", shape[h]);
    requireInside("bottom", bottom, "H", shape[h]);
    requireInside("left", left, "W", shape[w]);
    requireInside("right", right, "W", shape[w]);
    long[] padded = shape.clone();
    padded[h] += top + (long) bottom;
    padded[w] += left + (long) right;
    return padded;
  }

  /**
   * Pads one uint8 image stored channels last, [H, W, C].
   *
   * @return a new image of [H + top + bottom, W + left + right, C]
   */
  public byte[] apply(byte[] image, int channels, int height, int width) {
    long[] padded = outputShape(channels, height, width);
    Require.that(
        image.length == (long) channels * height * width,
        "image length",
        channels + "·" + height + "·" + width,
        image.length,
        image);
    int[] rows = PadMode.REFLECT.map(height, top, bottom);
    int[] columns = PadMode.REFLECT.map(width, left, right);
    byte[] result = new byte[Math.toIntExact(channels * padded[1] * padded[2])];
    int at = 0;
    for (int row : rows) {
      for (int column : columns) {
        System.arraycopy(image, (row * width + column) * channels, result, at, channels);
        at += channels;
      }
    }
    return result;
  }

  private static void requireInside(String name, int pad, String dimension, long size) {
    Require.that(pad < size, name, "smaller than " + dimension + " = " + size, pad, pad);
  }
}
