package dev.onecycle.data.batch;

import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.Require;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The memory of one batch: filled by the loader's thread, read by the consumer, then reused. */
final class BatchBuffer {
  private final SampleLayout layout;
  private final int bytes;
  private final ByteBuffer values;

  /** Targets for each sample, where they are no classes. */
  private final int outputs;

  private final float[] targets;
  private final int[] labels;
  private final int[] indices;
  private final int[] mixedLabels;
  private final double[] shares;
  private int size;
  private int whole;

  BatchBuffer(Dataset data, int capacity) {
    this.layout = data.layout();
    this.bytes = layout.bytes();
    int max = Integer.MAX_VALUE / bytes;
    Require.that(
        capacity <= max,
        "batch size",
        "at most " + max + " " + layout.noun() + "s of " + layout,
        capacity,
        layout);
    this.values = ByteBuffer.allocateDirect(bytes * capacity);
    this.outputs = data.hasClasses() ? 0 : data.targets().outputs();
    this.targets = new float[Math.multiplyExact(outputs, capacity)];
    this.labels = new int[capacity];
    this.indices = new int[capacity];
    this.mixedLabels = new int[capacity];
    this.shares = new double[capacity];
  }

  /**
   * @param samples of the whole batch
   */
  void clear(int samples) {
    size = 0;
    whole = samples;
    values.clear();
  }

  /**
   * Adds a sample of the dataset with its target.
   *
   * @param sample its values, of an image augmented
   */
  void add(Dataset data, int index, byte[] sample) {
    int label = outputs == 0 ? data.requireLabel(index) : 0;
    for (int k = 0; k < outputs; k++) {
      targets[size * outputs + k] = data.requireTarget(index, k);
    }
    values.put(sample, 0, bytes);
    labels[size] = label;
    indices[size] = index;
    mixedLabels[size] = label;
    shares[size] = 1;
    size++;
  }

  /**
   * Mixes each of the first images with another, and drops those that are only mixed into others.
   *
   * @param choices one for each image that stays
   * @param places the place here of each position in the whole batch
   */
  void mix(List<Optional<Mixing.Choice>> choices, Map<Integer, Integer> places) {
    int channels = layout.shape().get(0);
    int width = layout.shape().get(2);
    float[] unmixedTargets = targets.clone();
    byte[] own = new byte[bytes];
    byte[] other = new byte[bytes];
    ByteBuffer unmixed = ByteBuffer.allocate(size * bytes).put(values.slice(0, size * bytes));
    for (int i = 0; i < choices.size(); i++) {
      if (choices.get(i).isPresent()) {
        Mixing.Choice mix = choices.get(i).get();
        int partner = Objects.requireNonNull(places.get(mix.partner()));
        unmixed.get(i * bytes, own);
        unmixed.get(partner * bytes, other);
        mix.apply(own, other, channels, width);
        values.put(i * bytes, own);
        mixedLabels[i] = labels[partner];
        shares[i] = mix.share();
        for (int k = 0; k < outputs; k++) {
          double of = unmixedTargets[i * outputs + k];
          double with = unmixedTargets[partner * outputs + k];
          targets[i * outputs + k] = (float) (mix.share() * of + (1 - mix.share()) * with);
        }
      }
    }
    size = choices.size();
  }

  /** The batch for its consumer; closing it runs {@code release}. */
  Batch lend(Runnable release) {
    return new Lent(release);
  }

  private final class Lent implements Batch {
    private final Runnable release;
    private boolean closed;

    Lent(Runnable release) {
      this.release = release;
    }

    @Override
    public int size() {
      return open().size;
    }

    @Override
    public int whole() {
      return open().whole;
    }

    @Override
    public SampleLayout layout() {
      return layout;
    }

    @Override
    public ByteBuffer values() {
      return open().values.slice(0, size * bytes);
    }

    @Override
    public float target(int i, int output) {
      return outputs == 0 ? Batch.super.target(i, output) : open().targets[i * outputs + output];
    }

    @Override
    public int label(int i) {
      if (outputs > 0) {
        throw new UnsupportedOperationException("a label needs classes");
      }
      return open().labels[i];
    }

    @Override
    public int mixedLabel(int i) {
      return open().mixedLabels[i];
    }

    @Override
    public double share(int i) {
      return open().shares[i];
    }

    @Override
    public int index(int i) {
      return open().indices[i];
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        release.run();
      }
    }

    private BatchBuffer open() {
      if (closed) {
        throw new IllegalStateException("the batch is closed");
      }
      return BatchBuffer.this;
    }
  }
}
