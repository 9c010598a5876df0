package dev.onecycle.data.image;

import dev.onecycle.error.Require;

/**
 * How image files become pixels.
 *
 * @param resize how an image gets another shape
 * @param orientation whether the orientation in a file is applied
 * @param maxPixels the most pixels of an image; larger ones are refused before they are decoded
 */
public record DecodeOptions(Resize resize, Orientation orientation, int maxPixels) {
  /** The default bound, 64 megapixels. */
  public static final int STANDARD_MAX_PIXELS = 64_000_000;

  /** The largest bound. Three bytes a pixel must fit into one array. */
  public static final int LARGEST_MAX_PIXELS = 700_000_000;

  public DecodeOptions {
    Require.that(
        maxPixels >= 1 && maxPixels <= LARGEST_MAX_PIXELS,
        "max_pixels",
        "in [1, " + LARGEST_MAX_PIXELS + "]",
        maxPixels,
        maxPixels);
  }

  /** Crop, orientation applied, at most 64 megapixels. */
  public static DecodeOptions defaults() {
    return new DecodeOptions(Resize.CROP, Orientation.APPLY, STANDARD_MAX_PIXELS);
  }

  /** The options as a text; equal options have equal texts. */
  public String text() {
    return resize.text() + " " + orientation.text() + " " + maxPixels;
  }
}
