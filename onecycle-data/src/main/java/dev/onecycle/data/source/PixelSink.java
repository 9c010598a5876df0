package dev.onecycle.data.source;

import dev.onecycle.data.image.ImageShape;

/** Stores decoded images, each in a slot of its own; safe for use by many threads. */
public interface PixelSink {
  /** Stores the pixels of one image, in height, width, channel order. */
  void put(int slot, byte[] pixels);

  /** Opens sinks once the shape of the images is known. */
  interface Factory {
    PixelSink open(ImageShape shape);

    /**
     * Opens a second sink for larger pixels of the training images; slots of other images stay
     * empty. Without an own method they are dropped.
     */
    default PixelSink openForCrops(ImageShape larger) {
      return (slot, pixels) -> {};
    }
  }
}
