package dev.onecycle.data;

/** Takes decoded images, each into a slot of its own; safe for use by many threads. */
interface PixelSink {
  /** Stores the pixels of one image, in height, width, channel order. */
  void put(int slot, byte[] pixels);

  /** Makes the sink once the size of an image is known. */
  interface Factory {
    PixelSink open(ImageShape shape);
  }
}
