package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;

/** The rule that gives the images of a source their one shape. */
public sealed interface Sizing {
  /** The common size of the images that are not test images; 64×64 where they differ. */
  record AsStored() implements Sizing {}

  /** The shorter side resized, the longer one cropped about its centre. */
  record Square(int size) implements Sizing {}

  /** This shape, whatever was stored: that of a trained model. */
  record Exact(ImageShape shape) implements Sizing {}

  /** The shape of images that all have the {@code stored} shape. */
  default ImageShape of(ImageShape stored) {
    if (this instanceof Exact exact) {
      return exact.shape();
    }
    return this instanceof Square square
        ? new ImageShape(stored.channels(), square.size(), square.size())
        : stored;
  }
}
