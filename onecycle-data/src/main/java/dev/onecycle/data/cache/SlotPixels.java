package dev.onecycle.data.cache;

import java.nio.ByteBuffer;

/** Pixels of images in numbered slots. */
interface SlotPixels {
  /** The pixels in {@code slot} as a read-only view at position 0. */
  ByteBuffer view(int slot);

  /** Copies the pixels in {@code slot} to the start of {@code target}. */
  void read(int slot, byte[] target);
}
