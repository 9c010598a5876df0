package dev.onecycle.data.image;

import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.Require;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Labelled, decoded images of one shape: uint8 [N, C, H, W].
 *
 * <p>Each image can be read on its own. In memory the channels of a pixel lie side by side
 * (channels last, NHWC), because the engine convolves this layout fastest. Implementations are
 * immutable and safe for use by many threads.
 */
public interface ImageDataset extends Dataset {
  /**
   * A dataset of images in memory.
   *
   * @param classes the names of the classes
   * @param labels one label for each image, an index into {@code classes}; copied
   * @param pixels uint8 [N, H, W, C], the images one after the other; not copied
   * @throws dev.onecycle.error.InvalidValueException if the number of bytes does not match the
   *     number of labels, or a label is no index of a class
   */
  static ImageDataset of(ImageShape shape, List<String> classes, int[] labels, byte[] pixels) {
    return new ImagesInMemory(shape, classes, labels, pixels);
  }

  /** The number of images, N. */
  @Override
  int size();

  /** The shape of every image. */
  ImageShape shape();

  /** The names of the classes; a label is an index into this list. */
  List<String> classes();

  /** The label of image {@code index}, in [0, classes().size()). */
  @Override
  int label(int index);

  @Override
  default SampleLayout layout() {
    return shape().layout();
  }

  @Override
  default Targets targets() {
    return new Targets.Classes(classes());
  }

  @Override
  default float target(int index, int output) {
    return label(index) == output ? 1 : 0;
  }

  @Override
  default boolean hasClasses() {
    return true;
  }

  /** The path or entry name that image {@code index} was read from, for messages and reports. */
  @Override
  String origin(int index);

  /**
   * The pixels of image {@code index}: a read-only view of {@code shape().bytes()} bytes in height,
   * width, channel order, position 0, not shared with any other caller.
   */
  ByteBuffer pixels(int index);

  /**
   * Copies the pixels of image {@code index} to the first {@code shape().bytes()} bytes of {@code
   * target}, in height, width, channel order; unlike {@link #pixels}, without an allocation.
   */
  @Override
  default void read(int index, byte[] target) {
    ByteBuffer pixels = pixels(index);
    int bytes = shape().bytes();
    if (pixels.remaining() < bytes) {
      throw Require.invalid(
          "pixels of image " + index + " (" + origin(index) + ")",
          bytes + " bytes, an image of " + shape() + ",",
          pixels.remaining());
    }
    pixels.get(target, 0, bytes);
  }

  /**
   * The shape of the pixels for random crops: larger than {@link #shape} where the images are kept
   * in more detail too, and else the same.
   */
  default ImageShape cropShape() {
    return shape();
  }

  /**
   * Copies the pixels for random crops of image {@code index} to the first {@code
   * cropShape().bytes()} bytes of {@code target}, in height, width, channel order.
   */
  default void readForCrop(int index, byte[] target) {
    read(index, target);
  }

  /**
   * The images that turned out to be of no use when they were read, so that another one took their
   * place. There are some in streams alone, and ever more while they are read.
   */
  default List<SkippedImage> replaced() {
    return List.of();
  }

  /** The images to take statistics from: all of them, or of a stream some of many places. */
  default ImageDataset forStatistics() {
    return this;
  }

  @Override
  default ImageDataset select(int[] indices) {
    return new Subset(this, indices);
  }

  /** A hash of the pixels of image {@code index}: equal for equal pixels. */
  default long hash(int index) {
    byte[] bytes = new byte[shape().bytes()];
    read(index, bytes);
    return hash(bytes);
  }

  /** The hash of the pixels of an image. */
  static long hash(byte[] bytes) {
    CRC32C high = new CRC32C();
    CRC32 low = new CRC32();
    high.update(bytes);
    low.update(bytes);
    return high.getValue() << 32 | low.getValue();
  }
}
