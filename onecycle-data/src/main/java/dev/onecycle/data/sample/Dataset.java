package dev.onecycle.data.sample;

import dev.onecycle.error.Require;
import dev.onecycle.text.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Samples of one layout with their targets: images, arrays of numbers or sequences of tokens. Made
 * of arrays by {@link Samples}; images are a {@link dev.onecycle.data.image.ImageDataset}.
 *
 * <p>Implementations are immutable and safe for use by many threads.
 */
public interface Dataset {
  /** The number of samples, N. */
  int size();

  /** The layout of every sample. */
  SampleLayout layout();

  /** The meaning of the targets. */
  Targets targets();

  /**
   * A target of sample {@code index}: 0 or 1 where targets are classes or labels, else a number.
   *
   * @param output an index into the names of {@link #targets}
   */
  float target(int index, int output);

  /**
   * The class of sample {@code index}, an index into the names of {@link #targets}.
   *
   * @throws UnsupportedOperationException where targets are no classes
   */
  default int label(int index) {
    throw new UnsupportedOperationException("a label needs classes, not " + targets().describe());
  }

  /** The origin of sample {@code index}, such as a path, for messages and reports. */
  String origin(int index);

  /**
   * Copies the values of sample {@code index} to the first {@code layout().bytes()} bytes of {@code
   * target}, as its {@link SampleLayout.Type} says.
   */
  void read(int index, byte[] target);

  /** Whether each sample is of one class. */
  default boolean hasClasses() {
    return targets() instanceof Targets.Classes;
  }

  /** The number of samples of each class, in their order; reads no values. */
  default long[] classCounts() {
    long[] counts = new long[targets().outputs()];
    for (int i = 0; i < size(); i++) {
      counts[requireLabel(i)]++;
    }
    return counts;
  }

  /** Whether {@link #classCounts} are counted; else the classes are taken as equally frequent. */
  default boolean knowsClassCounts() {
    return true;
  }

  /**
   * The label of sample {@code index}, made sure to be one of a class.
   *
   * @throws dev.onecycle.error.InvalidValueException naming the sample, if it is not
   */
  default int requireLabel(int index) {
    int label = label(index);
    int classes = targets().outputs();
    if (label < 0 || label >= classes) {
      throw Require.invalid(
          "label of " + layout().noun() + " " + index + " (" + origin(index) + ")",
          "in [0, " + classes + "), the classes of its data,",
          label);
    }
    return label;
  }

  /**
   * A target, made sure to be a number, and of labels to be in [0, 1].
   *
   * @throws dev.onecycle.error.InvalidValueException naming the sample, if it is not
   */
  default float requireTarget(int index, int output) {
    float value = target(index, output);
    boolean shares = !(targets() instanceof Targets.Numbers);
    if (!Float.isFinite(value) || (shares && (value < 0 || value > 1))) {
      throw Require.invalid(
          "target "
              + targets().names().get(output)
              + " of "
              + layout().noun()
              + " "
              + index
              + " ("
              + origin(index)
              + ")",
          shares ? "in [0, 1]" : "finite",
          value,
          "correct it, or leave the " + layout().noun() + " out");
    }
    return value;
  }

  /** SHA-256 of the layout, the names and kind of the targets, all values and all targets. */
  default String fingerprint() {
    MessageDigest digest = Sha256.digest();
    String head = layout() + " " + targets().kind() + " " + targets().names() + " " + size();
    digest.update(head.getBytes(StandardCharsets.UTF_8));
    byte[] values = new byte[layout().bytes()];
    int outputs = targets().outputs();
    ByteBuffer numbers = ByteBuffer.allocate(outputs * Float.BYTES);
    for (int i = 0; i < size(); i++) {
      read(i, values);
      digest.update(values);
      numbers.clear();
      for (int k = 0; k < outputs; k++) {
        numbers.putFloat(requireTarget(i, k));
      }
      digest.update(numbers.array());
    }
    return Sha256.hex(digest);
  }

  /**
   * Chosen samples in a given order; one may be chosen more than once.
   *
   * @param indices of the samples; copied
   */
  default Dataset select(int[] indices) {
    return new SelectedSamples(this, indices);
  }
}
