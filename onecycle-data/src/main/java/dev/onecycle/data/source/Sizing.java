package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;

/** The rule by which all images of a source get one shape. */
public sealed interface Sizing {
  /** The common shape of the images that are not test images; {@link MixedSizes} if they differ. */
  record AsStored() implements Sizing {
    @Override
    public ImageShape of(ImageShape stored) {
      return stored;
    }

    @Override
    public String text() {
      return "as stored";
    }
  }

  /** A size that was asked for. */
  record Size(ImageSize size) implements Sizing {
    @Override
    public ImageShape of(ImageShape stored) {
      return new ImageShape(stored.channels(), size.height(), size.width());
    }

    @Override
    public String text() {
      return "size " + size.toText();
    }
  }

  /** A fixed shape, such as the input shape of a trained model. */
  record Exact(ImageShape shape) implements Sizing {
    @Override
    public ImageShape of(ImageShape stored) {
      return shape;
    }

    @Override
    public String text() {
      return "exact " + shape.channels() + " " + shape.height() + " " + shape.width();
    }
  }

  /** The shape that images of the {@code stored} shape get. */
  ImageShape of(ImageShape stored);

  /** The rule as a text; equal rules have equal texts. */
  String text();
}
