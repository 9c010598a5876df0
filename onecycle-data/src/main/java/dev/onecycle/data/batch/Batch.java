package dev.onecycle.data.batch;

import dev.onecycle.data.image.ImageShape;
import java.nio.ByteBuffer;

/**
 * A batch of augmented images and their labels, ready for the engine.
 *
 * <p>The caller that takes it from the loader owns it. Closing it returns its buffers for reuse;
 * after that they must not be accessed.
 */
public interface Batch extends AutoCloseable {
  /** The number of images, N. */
  int size();

  /** The shape of every image after augmentation. */
  ImageShape shape();

  /**
   * A direct buffer of uint8 pixels, [N, C, H, W] stored channels last: {@code size() *
   * shape().bytes()} bytes.
   */
  ByteBuffer pixels();

  /** The label of the {@code i}-th image of the batch. */
  int label(int i);

  /** The index in the dataset of the {@code i}-th image of the batch. */
  int index(int i);

  @Override
  void close();
}
