package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.EncodedImages;
import java.nio.ByteBuffer;

/** Pixels that there is no room for: each image is decoded when it is read. */
record DecodedWhenRead(EncodedImages images, ImageShape shape) implements SlotPixels {
  @Override
  public ByteBuffer view(int slot) {
    return ByteBuffer.wrap(images.decode(slot, shape)).asReadOnlyBuffer();
  }

  @Override
  public void read(int slot, byte[] target) {
    System.arraycopy(images.decode(slot, shape), 0, target, 0, shape.bytes());
  }
}
