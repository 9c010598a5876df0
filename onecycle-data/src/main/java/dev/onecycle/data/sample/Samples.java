package dev.onecycle.data.sample;

import dev.onecycle.error.Require;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Samples in memory that are yet to get their targets:
 *
 * <pre>{@code
 * Dataset houses = Samples.ofNumbers(features, 8).withNumbers(List.of("price"), prices);
 * }</pre>
 */
public final class Samples {
  private final int size;
  private final SampleLayout layout;
  private final Reader reader;
  private final IntFunction<String> origins;

  /** Copies the values of a sample. */
  @FunctionalInterface
  private interface Reader {
    void read(int index, byte[] target);
  }

  private Samples(int size, SampleLayout layout, Reader reader, IntFunction<String> origins) {
    this.size = size;
    this.layout = layout;
    this.reader = reader;
    this.origins = origins;
  }

  /**
   * Arrays of numbers.
   *
   * @param values float32, the samples one after the other, each in the order of its shape; copied
   * @param shape of a sample: [features], [C, L] or [C, H, W]
   * @throws dev.onecycle.error.InvalidValueException naming the value that is not finite
   */
  public static Samples ofNumbers(float[] values, Integer... shape) {
    SampleLayout layout = SampleLayout.numbers(shape);
    int size = count(values.length, layout);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw Require.invalid(
            "value " + i % layout.values() + " of sample " + i / layout.values(),
            "finite",
            values[i],
            "correct it, or leave the sample out");
      }
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
    return new Samples(size, layout, bytes(bytes.array(), layout), index -> "#" + index);
  }

  /**
   * Sequences of tokens.
   *
   * @param values int64, the sequences one after the other, all of one length: fill short ones up
   *     with a token of your own; copied
   * @throws dev.onecycle.error.InvalidValueException naming the token that is negative
   */
  public static Samples ofTokens(long[] values, int length) {
    SampleLayout layout = SampleLayout.tokens(length);
    int size = count(values.length, layout);
    for (int i = 0; i < values.length; i++) {
      Require.atLeast("token " + i % length + " of sample " + i / length, values[i], 0);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Long.BYTES));
    bytes.order(ByteOrder.nativeOrder()).asLongBuffer().put(values);
    return new Samples(size, layout, bytes(bytes.array(), layout), index -> "#" + index);
  }

  /**
   * Images.
   *
   * @param pixels uint8 [N, H, W, C], the images one after the other; not copied
   */
  public static Samples ofImages(byte[] pixels, int channels, int height, int width) {
    SampleLayout layout = SampleLayout.image(channels, height, width);
    int size = count(pixels.length, layout);
    return new Samples(size, layout, bytes(pixels, layout), index -> "#" + index);
  }

  /** The samples of a data set, to get other targets. */
  public static Samples of(Dataset data) {
    return new Samples(data.size(), data.layout(), data::read, data::origin);
  }

  private static int count(int values, SampleLayout layout) {
    Require.that(
        values > 0 && values % layout.values() == 0,
        "number of values",
        "a multiple of " + layout.values() + ", the values of a sample " + layout + ",",
        values,
        values);
    return values / layout.values();
  }

  private static Reader bytes(byte[] all, SampleLayout layout) {
    int each = layout.bytes();
    return (index, target) -> System.arraycopy(all, index * each, target, 0, each);
  }

  /** The number of samples. */
  public int size() {
    return size;
  }

  /**
   * The samples with one class each.
   *
   * @param names of the classes
   * @param labels one for each sample, an index into the names; copied
   * @throws dev.onecycle.error.InvalidValueException where there is not one for each sample, or one
   *     is no index
   */
  public Dataset withClasses(List<String> names, int[] labels) {
    Require.that(
        labels.length == size,
        "number of labels",
        "one for each sample, " + size,
        labels.length,
        0);
    return new InMemory(this, new Targets.Classes(names), labels.clone(), new float[0]);
  }

  /**
   * The samples with any of several labels each.
   *
   * @param names of the labels
   * @param present [N, labels], row by row, whether a sample has a label
   */
  public Dataset withLabels(List<String> names, boolean[] present) {
    float[] values = new float[present.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = present[i] ? 1 : 0;
    }
    return new InMemory(this, new Targets.Labels(names), new int[0], values);
  }

  /**
   * The samples with numbers each. They are learned as they are given: give them a mean near 0 and
   * a deviation near 1 where they are far from that, since a network begins with answers like that.
   *
   * @param names of the numbers
   * @param values [N, names], row by row; copied
   * @throws dev.onecycle.error.InvalidValueException naming the value that is not finite
   */
  public Dataset withNumbers(List<String> names, float[] values) {
    return new InMemory(this, new Targets.Numbers(names), new int[0], values.clone());
  }

  private static final class InMemory implements Dataset {
    private final Samples samples;
    private final Targets targets;
    private final int[] labels;
    private final float[] values;
    private final int outputs;

    InMemory(Samples samples, Targets targets, int[] labels, float[] values) {
      this.samples = samples;
      this.targets = targets;
      this.labels = labels;
      this.values = values;
      outputs = targets.outputs();
      if (labels.length == 0) {
        Require.that(
            values.length == (long) samples.size * outputs,
            "number of targets",
            samples.size + " samples of " + outputs,
            values.length,
            values);
      }
      for (int i = 0; i < samples.size; i++) {
        if (labels.length > 0) {
          int unused = requireLabel(i);
        } else {
          for (int k = 0; k < outputs; k++) {
            float unused = requireTarget(i, k);
          }
        }
      }
    }

    @Override
    public int size() {
      return samples.size;
    }

    @Override
    public SampleLayout layout() {
      return samples.layout;
    }

    @Override
    public Targets targets() {
      return targets;
    }

    @Override
    public float target(int index, int output) {
      return labels.length > 0
          ? (labels[index] == output ? 1 : 0)
          : values[index * outputs + output];
    }

    @Override
    public int label(int index) {
      return labels.length > 0 ? labels[index] : Dataset.super.label(index);
    }

    @Override
    public String origin(int index) {
      return samples.origins.apply(index);
    }

    @Override
    public void read(int index, byte[] target) {
      samples.reader.read(index, target);
    }
  }
}
