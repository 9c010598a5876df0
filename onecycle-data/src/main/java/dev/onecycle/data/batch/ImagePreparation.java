package dev.onecycle.data.batch;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Augmenter;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.util.stream.IntStream;

/**
 * Images of a batch, read and augmented: large images on all cores, small ones by the caller alone.
 * Each image depends on its own draws, so the result does not depend on threads.
 *
 * <p>Random crops are cut from the larger pixels of a dataset, where it has them.
 */
final class ImagePreparation {
  /** The memory of the images that are prepared at once, in bytes. */
  private static final int MEMORY = 16 << 20;

  /** Smaller images are prepared faster than threads meet. */
  private static final int LARGE = 1 << 14;

  private final ImageDataset data;
  private final Augmentation augmentation;
  private final Augmenter augmenter;
  private final long seed;
  private final boolean crops;
  private final int threads;
  private final int most;
  private byte[][] sources = {};
  private byte[][] results = {};

  ImagePreparation(ImageDataset data, Augmentation augmentation, long seed) {
    ImageShape shape = data.shape();
    ImageShape source = data.cropShape();
    this.data = data;
    this.augmentation = augmentation;
    this.seed = seed;
    this.crops = augmentation.crop().isPresent() && !source.equals(shape);
    this.augmenter =
        crops
            ? new Augmenter(
                augmentation,
                shape.channels(),
                source.height(),
                source.width(),
                shape.height(),
                shape.width())
            : new Augmenter(augmentation, shape.channels(), shape.height(), shape.width());
    boolean large = shape.bytes() >= LARGE;
    this.threads = large ? Runtime.getRuntime().availableProcessors() : 1;
    this.most = Math.max(threads, MEMORY / shape.bytes());
  }

  /** The most images that are prepared at once. */
  int most() {
    return most;
  }

  /**
   * Prepares images {@code order[begin]} to {@code order[end - 1]}, at most {@link #most}, for
   * {@link #pixels}.
   *
   * @param epoch whose changes are drawn
   */
  void prepare(int[] order, int begin, int end, long epoch) {
    if (end - begin > results.length) {
      sources = new byte[threads][(crops ? data.cropShape() : data.shape()).bytes()];
      results = new byte[end - begin][data.shape().bytes()];
    }
    if (threads == 1) {
      prepare(order, begin, end, epoch, 0);
    } else {
      IntStream.range(0, threads)
          .parallel()
          .forEach(thread -> prepare(order, begin, end, epoch, thread));
    }
  }

  private void prepare(int[] order, int begin, int end, long epoch, int thread) {
    byte[] source = sources[thread];
    for (int i = begin + thread; i < end; i += threads) {
      int index = order[i];
      byte[] result = results[i - begin];
      if (augmentation.isNone()) {
        data.read(index, result);
        continue;
      }
      if (crops) {
        data.readForCrop(index, source);
      } else {
        data.read(index, source);
      }
      augmenter.apply(source, augmenter.choose(seed, epoch, index), result);
    }
  }

  /** The pixels of the {@code i}-th image that was prepared last; overwritten by the next ones. */
  byte[] pixels(int i) {
    return results[i];
  }
}
