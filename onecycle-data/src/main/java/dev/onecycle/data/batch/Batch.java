package dev.onecycle.data.batch;

import dev.onecycle.data.sample.SampleLayout;
import java.nio.ByteBuffer;

/**
 * A batch of samples and their targets, ready for the engine: augmented images with their labels,
 * or numbers or tokens with targets of any kind.
 *
 * <p>A batch of one's own is checked before the engine reads it; an {@link
 * dev.onecycle.error.InvalidValueException} names what does not fit.
 *
 * <p>The caller that takes it from the loader owns it. Closing it returns its buffers for reuse;
 * after that they must not be accessed.
 */
public interface Batch extends AutoCloseable {
  /**
   * The number of samples, N, at least 1; 0 where a rank gets none of a batch, see {@link Part}.
   */
  int size();

  /** The number of samples of the whole batch, of which this may be the part of one rank. */
  default int whole() {
    return size();
  }

  /** The layout of every sample, of an image after augmentation. */
  SampleLayout layout();

  /**
   * The values of the samples, one after the other: {@code size() * layout().bytes()} bytes from
   * the buffer's position on. A direct buffer is read where it lies; another one is copied.
   */
  ByteBuffer values();

  /**
   * The label of the {@code i}-th sample of the batch, a class of the network; not asked for where
   * targets are no classes.
   */
  int label(int i);

  /**
   * A target of the {@code i}-th sample, see {@link dev.onecycle.data.sample.Dataset#target}: of
   * classes, the share of class {@code output}.
   */
  default float target(int i, int output) {
    double own = label(i) == output ? share(i) : 0;
    double mixed = mixedLabel(i) == output ? 1 - share(i) : 0;
    return (float) (own + mixed);
  }

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
