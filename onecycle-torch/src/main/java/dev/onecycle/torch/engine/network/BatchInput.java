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
 * @param mixed the labels of the images that are mixed into them; none where no image is mixed
 * @param shares of {@code labels} in the targets, in [0, 1]; {@code mixed} have the rest
 */
record BatchInput(int size, ByteBuffer pixels, long[] labels, long[] mixed, float[] shares) {
  /**
   * Reads a batch with its labels.
   *
   * @param origins the origin of the image of an index, for the error
   * @throws dev.onecycle.error.InvalidValueException naming what does not fit the network
   */
  static BatchInput labelled(Batch batch, Network network, IntFunction<String> origins) {
    BatchInput images = unlabelled(batch, network);
    long[] labels = new long[images.size];
    long[] mixed = new long[images.size];
    float[] shares = new float[images.size];
    boolean mixes = false;
    for (int i = 0; i < labels.length; i++) {
      labels[i] = requireClass(batch.label(i), batch, i, network, origins);
      mixed[i] = requireClass(batch.mixedLabel(i), batch, i, network, origins);
      double share = batch.share(i);
      Require.inClosed("share of the label of image " + i + " of a batch", share, 0, 1);
      shares[i] = (float) share;
      mixes |= share < 1 && mixed[i] != labels[i];
    }
    return mixes
        ? new BatchInput(images.size, images.pixels, labels, mixed, shares)
        : new BatchInput(images.size, images.pixels, labels, new long[0], new float[0]);
  }

  private static int requireClass(
      int label, Batch batch, int i, Network network, IntFunction<String> origins) {
    if (label < 0 || label >= network.classes()) {
      throw Require.invalid(
          "label of image " + i + " of a batch (" + origins.apply(batch.index(i)) + ")",
          "in [0, " + network.classes() + "), a class of " + network.name() + ",",
          label,
          "correct the label, or make the network for as many classes as the data have");
    }
    return label;
  }

  /** Whether images are mixed into others. */
  boolean mixes() {
    return mixed.length > 0;
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
    return new BatchInput(
        size, pixels.isDirect() ? pixels : direct(pixels), new long[0], new long[0], new float[0]);
  }

  /** The engine reads memory outside the Java heap alone. */
  private static ByteBuffer direct(ByteBuffer pixels) {
    return ByteBuffer.allocateDirect(pixels.remaining()).put(pixels).flip();
  }
}
