package dev.onecycle.data.image;

import dev.onecycle.error.Require;

/**
 * The size of images, height first as in PyTorch and Keras.
 *
 * @param height in pixels, in [1, 4096]
 * @param width in pixels, in [1, 4096]
 */
public record ImageSize(int height, int width) {
  /** The bound of height and width. */
  public static final int MAX_SIDE = 4096;

  public ImageSize {
    requireSide("image size", height);
    requireSide("image size", width);
  }

  private static void requireSide(String name, int side) {
    Require.that(
        side >= 1 && side <= MAX_SIDE, name, "in [1, " + MAX_SIDE + "] pixels a side", side, side);
  }

  /** A square of {@code side}×{@code side} pixels. */
  public static ImageSize square(int side) {
    return new ImageSize(side, side);
  }

  /** Whether height and width are the same. */
  public boolean isSquare() {
    return height == width;
  }

  /** {@code 96} for a square; {@code 128x96} for height 128 and width 96. */
  public String toText() {
    return isSquare() ? String.valueOf(height) : height + "x" + width;
  }
}
