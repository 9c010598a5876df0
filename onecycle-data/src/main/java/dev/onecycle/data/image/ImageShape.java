package dev.onecycle.data.image;

import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.Require;

/**
 * The shape of one image, [C, H, W].
 *
 * @param channels 1 (grey) or 3 (red, green, blue)
 * @param height in pixels
 * @param width in pixels
 */
public record ImageShape(int channels, int height, int width) {
  public ImageShape {
    Require.that(channels == 1 || channels == 3, "channels", "1 or 3", channels, channels);
    Require.atLeast("height", height, 1);
    Require.atLeast("width", width, 1);
    Require.that(
        (double) channels * height * width <= Integer.MAX_VALUE,
        "size of an image",
        "at most " + Integer.MAX_VALUE + " values",
        channels + "×" + height + "×" + width,
        channels);
  }

  /**
   * The shape of a sample that is an image.
   *
   * @throws dev.onecycle.error.InvalidValueException where samples are no images of 1 or 3 channels
   */
  public static ImageShape of(SampleLayout layout) {
    Require.that(layout.isImage(), "samples", "images", layout, layout);
    return new ImageShape(layout.shape().get(0), layout.shape().get(1), layout.shape().get(2));
  }

  /** The layout of a sample of this shape. */
  public SampleLayout layout() {
    return SampleLayout.image(channels, height, width);
  }

  /** The number of bytes of one uint8 image. */
  public int bytes() {
    return channels * height * width;
  }

  @Override
  public String toString() {
    return channels + "×" + height + "×" + width;
  }
}
