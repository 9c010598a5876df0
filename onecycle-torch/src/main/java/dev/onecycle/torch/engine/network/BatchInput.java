package dev.onecycle.torch.engine.network;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.Require;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Loss;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.IntFunction;

/**
 * A batch as the engine gets it: everything that a {@link Batch} says, read once and checked,
 * because the engine follows addresses, labels and tokens without a look.
 *
 * @param size number of samples, N; 0 where a rank gets none of a batch
 * @param whole samples of the whole batch, of which these may be the part of one rank
 * @param values a direct buffer of at least N samples from position 0 on
 * @param labels one a sample, each a class of the network; none where nothing asks for them
 * @param mixed the labels of the images that are mixed into them; none where no image is mixed
 * @param shares of {@code labels} in the targets, in [0, 1]; {@code mixed} have the rest
 * @param targets [N, outputs], row by row, for losses that want no labels; none for others
 */
record BatchInput(
    int size,
    int whole,
    ByteBuffer values,
    long[] labels,
    long[] mixed,
    float[] shares,
    float[] targets) {
  private static final float[] NO_NUMBERS = {};
  private static final long[] NO_LABELS = {};

  /**
   * Reads a batch with the targets that a loss wants.
   *
   * @param origins the origin of the sample of an index, for the error
   * @throws dev.onecycle.error.InvalidValueException naming what does not fit the network
   */
  static BatchInput of(Batch batch, Network network, Loss loss, IntFunction<String> origins) {
    return loss instanceof Loss.CrossEntropy
        ? labelled(batch, network, origins)
        : targeted(batch, network, origins);
  }

  /** Whether it has targets of any kind. */
  boolean hasTargets() {
    return labels.length > 0 || targets.length > 0;
  }

  private static BatchInput targeted(Batch batch, Network network, IntFunction<String> origins) {
    BatchInput samples = unlabelled(batch, network, origins);
    int outputs = network.outputs();
    float[] targets = new float[samples.size * outputs];
    for (int i = 0; i < samples.size; i++) {
      for (int k = 0; k < outputs; k++) {
        float target = batch.target(i, k);
        if (!Float.isFinite(target)) {
          throw Require.invalid(
              "target "
                  + k
                  + " of sample "
                  + i
                  + " of a batch ("
                  + origins.apply(batch.index(i))
                  + ")",
              "finite",
              target,
              "correct it, or leave the sample out");
        }
        targets[i * outputs + k] = target;
      }
    }
    return new BatchInput(
        samples.size, samples.whole, samples.values, NO_LABELS, NO_LABELS, NO_NUMBERS, targets);
  }

  private static BatchInput labelled(Batch batch, Network network, IntFunction<String> origins) {
    BatchInput images = unlabelled(batch, network, origins);
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
        ? new BatchInput(
            images.size, images.whole, images.values, labels, mixed, shares, NO_NUMBERS)
        : new BatchInput(
            images.size, images.whole, images.values, labels, NO_LABELS, NO_NUMBERS, NO_NUMBERS);
  }

  private static int requireClass(
      int label, Batch batch, int i, Network network, IntFunction<String> origins) {
    if (label < 0 || label >= network.outputs()) {
      throw Require.invalid(
          "label of "
              + network.input().noun()
              + " "
              + i
              + " of a batch ("
              + origins.apply(batch.index(i))
              + ")",
          "in [0, " + network.outputs() + "), a class of " + network.name() + ",",
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
   * Reads the samples of a batch alone.
   *
   * @throws dev.onecycle.error.InvalidValueException naming what does not fit the network
   */
  static BatchInput unlabelled(Batch batch, Network network) {
    return unlabelled(batch, network, index -> "sample " + index + " of its data");
  }

  private static BatchInput unlabelled(Batch batch, Network network, IntFunction<String> origins) {
    SampleLayout layout = batch.layout();
    Require.that(
        layout.equals(network.input()),
        layout.noun() + "s of a batch",
        network.input() + ", the input of " + network.name() + ",",
        layout,
        layout);
    int whole = Require.atLeast("size of a batch", batch.whole(), 1);
    int size = Require.atLeast("size of a batch", batch.size(), whole == batch.size() ? 1 : 0);
    int most = Integer.MAX_VALUE / network.outputs(); // their scores go to one array
    Require.that(
        size <= most,
        "size of a batch",
        "at most " + most + " for the " + network.outputs() + " outputs of " + network.name(),
        size,
        size);
    ByteBuffer values = batch.values().slice();
    long needed = (long) size * layout.bytes();
    if (values.remaining() < needed) {
      throw Require.invalid(
          (layout.isImage() ? "pixels" : "values") + " of a batch",
          needed
              + " bytes from the buffer's position to its limit, "
              + size
              + " "
              + layout.noun()
              + "s of "
              + layout
              + ",",
          values.remaining() + " bytes",
          "give a buffer of all " + layout.noun() + "s, and rewind or flip it after filling it");
    }
    requireComputable(values, size, batch, network, origins);
    return new BatchInput(
        size,
        whole,
        values.isDirect() ? values : direct(values),
        NO_LABELS,
        NO_LABELS,
        NO_NUMBERS,
        NO_NUMBERS);
  }

  /** Numbers that are finite, or tokens that the network has vectors for. */
  private static void requireComputable(
      ByteBuffer values, int size, Batch batch, Network network, IntFunction<String> origins) {
    int each = network.input().values();
    ByteBuffer ordered = values.duplicate().order(ByteOrder.nativeOrder());
    if (network.input().type() == SampleLayout.Type.FLOAT32) {
      FloatBuffer numbers = ordered.asFloatBuffer();
      for (int at = 0; at < size * each; at++) {
        if (!Float.isFinite(numbers.get(at))) {
          throw Require.invalid(
              place(at, each, batch, origins),
              "finite",
              numbers.get(at),
              "correct it, or leave the sample out");
        }
      }
    } else if (network.input().type() == SampleLayout.Type.INT64) {
      LongBuffer tokens = ordered.asLongBuffer();
      int vocabulary = network.vocabulary().orElse(Integer.MAX_VALUE);
      for (int at = 0; at < size * each; at++) {
        if (tokens.get(at) < 0 || tokens.get(at) >= vocabulary) {
          throw Require.invalid(
              place(at, each, batch, origins),
              "in [0, " + vocabulary + "), a token of " + network.name() + ",",
              tokens.get(at),
              "correct it, or make the Embedding of the network larger");
        }
      }
    }
  }

  private static String place(int at, int each, Batch batch, IntFunction<String> origins) {
    int sample = at / each;
    return "value "
        + at % each
        + " of sample "
        + sample
        + " of a batch ("
        + origins.apply(batch.index(sample))
        + ")";
  }

  /** The engine reads memory outside the Java heap alone. */
  private static ByteBuffer direct(ByteBuffer values) {
    return ByteBuffer.allocateDirect(values.remaining()).put(values).flip();
  }
}
