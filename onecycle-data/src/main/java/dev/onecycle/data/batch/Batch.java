package dev.onecycle.data.batch;

import dev.onecycle.data.image.ImageShape;
import java.nio.ByteBuffer;

/**
 * A batch of augmented images and their labels, ready for the engine.
 *
 * <p>A batch of one's own is checked before the engine reads it; an {@link
 * dev.onecycle.error.InvalidValueException} names what does not fit.
 *
 * <p>The caller that takes it from the loader owns it. Closing it returns its buffers for reuse;
 * after that they must not be accessed.
 */
public interface Batch extends AutoCloseable {
  /** The number of images, N, at least 1. */
  int size();

  /** The shape of every image after augmentation. */
  ImageShape shape();

  /**
   * The uint8 pixels, [N, C, H, W] stored channels last: {@code size() * shape().bytes()} bytes
   * from the buffer's position on. A direct buffer is read where it lies; another one is copied.
   */
  ByteBuffer pixels();

  /** The label of the {@code i}-th image of the batch, a class of the network. */
  int label(int i);

  /**
   * The label of the image that is mixed into the {@code i}-th; its own label where none is. See
   * {@link dev.onecycle.data.augment.Mixing}.
   */
  default int mixedLabel(int i) {
    return label(i);
  }

  /**
   * The share of {@link #label} in the target of the {@code i}-th image, in [0, 1]; {@link
   * #mixedLabel} has the rest. 1 where no image is mixed into it.
   */
  default double share(int i) {
    return 1;
  }

  /** The index in the dataset of the {@code i}-th image of the batch. */
  int index(int i);

  @Override
  void close();
}
