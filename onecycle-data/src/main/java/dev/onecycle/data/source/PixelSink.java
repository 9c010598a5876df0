package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.EncodedImages;

/** Stores decoded images, each in a slot of its own; safe for use by many threads. */
public interface PixelSink {
  /** Stores the pixels of one image, in height, width, channel order. */
  void put(int slot, byte[] pixels);

  /** Opens sinks once the shape of the images is known. */
  interface Factory {
    PixelSink open(ImageShape shape);

    /** The bytes that there is room for. */
    default long room() {
      return Long.MAX_VALUE;
    }

    /**
     * Takes images that there is no room for: they stay in their files, and are decoded each time
     * they are read. The sinks that are opened after this may drop pixels.
     */
    default void keepEncoded(EncodedImages images) {
      throw new UnsupportedOperationException("these sinks have room for all images");
    }

    /**
     * Opens a second sink for larger pixels of the training images; slots of other images stay
     * empty. Without an own method they are dropped.
     */
    default PixelSink openForCrops(ImageShape larger) {
      return (slot, pixels) -> {};
    }
  }
}
