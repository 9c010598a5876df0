package dev.onecycle.data.batch;

import dev.onecycle.data.image.ImageShape;
import java.nio.ByteBuffer;

/**
 * A batch of augmented images and their labels, ready for the engine.
 *
 * <p>Owned by whoever took it from the loader; closing it hands its buffers back for reuse, after
 * which they must not be touched.
 */
public interface Batch extends AutoCloseable {
  /** The number of images, N. */
  int size();

  /** The shape of every image after augmentation. */
  ImageShape shape();

  /**
   * Direct buffer of uint8 pixels, [N, C, H, W] stored channels last: {@code size() *
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
