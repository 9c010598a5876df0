package dev.onecycle.data.image;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;

/**
 * A larger size in which training images are decoded too, for random crops.
 *
 * <p>A crop that is cut from an image of the network's size and enlarged again has lost detail that
 * the file still has.
 *
 * @param factor from the sides of the network's images to those of the larger ones, in [1, 4]; 1
 *     for no larger ones
 * @param minSide images with a shorter side get no larger ones
 */
public record CropMargin(double factor, int minSide) {
  /** No larger images. */
  public static final CropMargin NONE = new CropMargin(1, 1);

  /** 288 pixels for a network of 224. */
  public static final double STANDARD_FACTOR = 9 / 7.0;

  public CropMargin {
    Require.inClosed("crop margin", factor, 1, 4);
    Require.atLeast("least side for a crop margin", minSide, 1);
  }

  /** The larger shape; the shape itself where there is none. */
  public ImageShape of(ImageShape shape) {
    if (Math.min(shape.height(), shape.width()) < minSide) {
      return shape;
    }
    return new ImageShape(
        shape.channels(),
        (int) Math.round(shape.height() * factor),
        (int) Math.round(shape.width() * factor));
  }

  /** The margin as a text; equal margins have equal texts. Empty for none. */
  public String text() {
    return factor == 1 ? "" : "crops " + Numbers.exact(factor) + " from " + minSide;
  }
}
