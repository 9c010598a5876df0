package dev.onecycle.data.index;

import dev.onecycle.data.image.ImageShape;

/** Takes decoded images, each into a slot of its own; safe for use by many threads. */
public interface PixelSink {
  /** Stores the pixels of one image, in height, width, channel order. */
  void put(int slot, byte[] pixels);

  /** Makes the sink once the size of an image is known. */
  interface Factory {
    PixelSink open(ImageShape shape);
  }
}
