package dev.onecycle.data.batch;

import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The memory of one batch: filled by the loader's thread, read by the consumer, then reused. */
final class BatchBuffer {
  private final ImageShape shape;
  private final ByteBuffer pixels;
  private final int[] labels;
  private final int[] indices;
  private final int[] mixedLabels;
  private final double[] shares;
  private int size;

  BatchBuffer(ImageShape shape, int capacity) {
    this.shape = shape;
    int max = Integer.MAX_VALUE / shape.bytes();
    Require.that(
        capacity <= max, "batch size", "at most " + max + " images of " + shape, capacity, shape);
    this.pixels = ByteBuffer.allocateDirect(shape.bytes() * capacity);
    this.labels = new int[capacity];
    this.indices = new int[capacity];
    this.mixedLabels = new int[capacity];
    this.shares = new double[capacity];
  }

  void clear() {
    size = 0;
    pixels.clear();
  }

  /** Adds an image of the dataset with its augmented pixels. */
  void add(int index, int label, byte[] image) {
    pixels.put(image, 0, shape.bytes());
    labels[size] = label;
    indices[size] = index;
    mixedLabels[size] = label;
    shares[size] = 1;
    size++;
  }

  /** Mixes each image of the whole batch with another. */
  void mix(Mixing mixing, long seed, long epoch) {
    int bytes = shape.bytes();
    byte[] own = new byte[bytes];
    byte[] other = new byte[bytes];
    ByteBuffer unmixed = ByteBuffer.allocate(size * bytes).put(pixels.slice(0, size * bytes));
    for (int i = 0; i < size; i++) {
      Optional<Mixing.Choice> choice =
          mixing.choose(seed, epoch, indices[i], i, size, shape.height(), shape.width());
      if (choice.isPresent()) {
        Mixing.Choice mix = choice.get();
        unmixed.get(i * bytes, own);
        unmixed.get(mix.partner() * bytes, other);
        mix.apply(own, other, shape.channels(), shape.width());
        pixels.put(i * bytes, own);
        mixedLabels[i] = labels[mix.partner()];
        shares[i] = mix.share();
      }
    }
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
    public ImageShape shape() {
      return shape;
    }

    @Override
    public ByteBuffer pixels() {
      return open().pixels.slice(0, size * shape.bytes());
    }

    @Override
    public int label(int i) {
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
