package dev.onecycle.torch.model;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.error.Require;
import dev.onecycle.torch.settings.Normalization;

/**
 * The images that a model takes, and how image files become them.
 *
 * @param shape of one image
 * @param resize how images got this shape in training
 * @param orientation whether the orientation in a file was applied in training
 * @param normalization of the images
 */
public record ModelInput(
    ImageShape shape, Resize resize, Orientation orientation, Normalization normalization) {
  public ModelInput {
    Require.that(
        normalization.means().size() == shape.channels(),
        "channels of the normalization",
        shape.channels() + ", as the images have,",
        normalization.means().size(),
        normalization);
  }

  /** Images cropped to their shape, with the orientation applied. */
  public ModelInput(ImageShape shape, Normalization normalization) {
    this(shape, Resize.CROP, Orientation.APPLY, normalization);
  }

  /** Reads image files as in training. */
  public DecodeOptions decoding(int maxPixels) {
    return new DecodeOptions(resize, orientation, maxPixels);
  }
}
