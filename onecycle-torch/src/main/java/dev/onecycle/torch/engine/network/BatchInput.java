package dev.onecycle.torch.engine.network;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.torch.nn.Network;
import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/**
 * A batch as the engine gets it: everything that a {@link Batch} says, read once and checked,
 * because the engine follows addresses and labels without a look.
 *
 * @param size number of images, N, at least 1
 * @param pixels a direct buffer of at least N images from position 0 on
 * @param labels one an image, each a class of the network; none where nothing asks for them
 */
record BatchInput(int size, ByteBuffer pixels, long[] labels) {
  /**
   * Reads a batch with its labels.
   *
   * @param origins the origin of the image of an index, for the error
   * @throws dev.onecycle.error.InvalidValueException naming what does not fit the network
   */
  static BatchInput labelled(Batch batch, Network network, IntFunction<String> origins) {
    BatchInput images = unlabelled(batch, network);
    long[] labels = new long[images.size];
    for (int i = 0; i < labels.length; i++) {
      int label = batch.label(i);
      if (label < 0 || label >= network.classes()) {
        throw Require.invalid(
            "label of image " + i + " of a batch (" + origins.apply(batch.index(i)) + ")",
            "in [0, " + network.classes() + "), a class of " + network.name() + ",",
            label,
            "correct the label, or make the network for as many classes as the data have");
      }
      labels[i] = label;
    }
    return new BatchInput(images.size, images.pixels, labels);
  }

  /**
   * Reads the images of a batch alone.
   *
   * @throws dev.onecycle.error.InvalidValueException naming what does not fit the network
   */
  static BatchInput unlabelled(Batch batch, Network network) {
    ImageShape shape = batch.shape();
    Require.that(
        shape.equals(network.input()),
        "images of a batch",
        network.input() + ", the input of " + network.name() + ",",
        shape,
        shape);
    int size = Require.atLeast("size of a batch", batch.size(), 1);
    int most = Integer.MAX_VALUE / network.classes(); // their scores go to one array
    Require.that(
        size <= most,
        "size of a batch",
        "at most " + most + " for the " + network.classes() + " classes of " + network.name(),
        size,
        size);
    ByteBuffer pixels = batch.pixels().slice();
    long needed = (long) size * shape.bytes();
    if (pixels.remaining() < needed) {
      throw Require.invalid(
          "pixels of a batch",
          needed
              + " bytes from the buffer's position to its limit, "
              + size
              + " images of "
              + shape
              + ",",
          pixels.remaining() + " bytes",
          "give a buffer of all images, and rewind or flip it after filling it");
    }
    return new BatchInput(size, pixels.isDirect() ? pixels : direct(pixels), new long[0]);
  }

  /** The engine reads memory outside the Java heap alone. */
  private static ByteBuffer direct(ByteBuffer pixels) {
    return ByteBuffer.allocateDirect(pixels.remaining()).put(pixels).flip();
  }
}
