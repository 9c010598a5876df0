package dev.onecycle.data.image;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Labelled images of one shape, decoded: uint8 [N, C, H, W], of which any one can be copied out.
 *
 * <p>In memory a pixel's channels lie side by side (channels last, NHWC), the layout in which the
 * engine convolves fastest. Implementations are immutable and safe for use by many threads.
 */
public interface ImageDataset {
  /** The number of images, N. */
  int size();

  /** The shape of every image. */
  ImageShape shape();

  /** The names of the classes; a label is an index into this list. */
  List<String> classes();

  /** The label of image {@code index}, in [0, classes().size()). */
  int label(int index);

  /** Where image {@code index} came from, for messages and reports: a path or an entry's name. */
  String origin(int index);

  /**
   * The pixels of image {@code index}: a read-only view of {@code shape().bytes()} bytes in height,
   * width, channel order, position 0, not shared with any other caller.
   */
  ByteBuffer pixels(int index);

  /**
   * Copies the pixels of image {@code index}, in height, width, channel order, to the first {@code
   * shape().bytes()} bytes of {@code target}: what {@link #pixels} shows, without an allocation.
   */
  default void read(int index, byte[] target) {
    pixels(index).get(target, 0, shape().bytes());
  }
}
