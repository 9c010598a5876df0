package dev.onecycle.torch.model;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.torch.settings.Normalization;

/**
 * The samples that a model takes, and how image files become them.
 *
 * @param layout of one sample
 * @param resize how images got this shape in training
 * @param orientation whether the orientation in a file was applied in training
 * @param normalization of the samples
 */
public record ModelInput(
    SampleLayout layout, Resize resize, Orientation orientation, Normalization normalization) {
  public ModelInput {
    normalization = normalization.requireFits(layout);
  }

  /** Images, and how image files become them. */
  public ModelInput(
      ImageShape shape, Resize resize, Orientation orientation, Normalization normalization) {
    this(shape.layout(), resize, orientation, normalization);
  }

  /** Samples that are no image files. */
  public ModelInput(SampleLayout layout, Normalization normalization) {
    this(layout, Resize.CROP, Orientation.APPLY, normalization);
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
