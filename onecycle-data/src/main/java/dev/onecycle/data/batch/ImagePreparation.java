package dev.onecycle.data.batch;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Augmenter;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.stream.StreamCursor;
import dev.onecycle.error.Require;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Samples of a batch, read, and augmented where they are images: large ones on all cores, small
 * ones by the caller alone. Each image depends on its own draws, so the result does not depend on
 * threads.
 *
 * <p>Random crops are cut from the larger pixels of a dataset, where it has them.
 */
final class ImagePreparation {
  /** The memory of the images that are prepared at once, in bytes. */
  private static final int MEMORY = 16 << 20;

  /** Smaller images are prepared faster than threads meet. */
  private static final int LARGE = 1 << 14;

  private final Dataset data;
  private final int bytes;
  private final Optional<ImageDataset> larger;
  private final Augmentation augmentation;
  private final Optional<Augmenter> augmenter;
  private final long seed;
  private final int threads;
  private final int most;
  private byte[][] sources = {};
  private byte[][] results = {};

  /**
   * @throws dev.onecycle.error.InvalidValueException where samples that are no images are to be
   *     augmented
   */
  ImagePreparation(Dataset data, Augmentation augmentation, long seed) {
    SampleLayout layout = data.layout();
    boolean augments = !augmentation.isNone() || augmentation.mixing().isOn();
    Require.that(
        layout.isImage() || !augments,
        "augmentation",
        "none for samples " + layout + ", which are no images of bytes,",
        augmentation,
        layout);
    this.data = data;
    this.bytes = layout.bytes();
    this.augmentation = augmentation;
    this.seed = seed;
    this.larger =
        augmentation.crop().isPresent()
                && data instanceof ImageDataset images
                && !images.cropShape().equals(images.shape())
            ? Optional.of(images)
            : Optional.empty();
    this.augmenter = augments ? Optional.of(augmenter(layout)) : Optional.empty();
    boolean large = bytes >= LARGE || data instanceof StreamCursor; // which decodes
    this.threads = large ? Runtime.getRuntime().availableProcessors() : 1;
    this.most = Math.max(threads, MEMORY / bytes);
  }

  private Augmenter augmenter(SampleLayout layout) {
    int channels = layout.channels();
    int height = layout.shape().get(1);
    int width = layout.shape().get(2);
    if (larger.isEmpty()) {
      return new Augmenter(augmentation, channels, height, width);
    }
    ImageShape source = larger.get().cropShape();
    return new Augmenter(augmentation, channels, source.height(), source.width(), height, width);
  }

  /** The most images that are prepared at once. */
  int most() {
    return most;
  }

  /**
   * Prepares images {@code order[begin]} to {@code order[end - 1]}, at most {@link #most}, for
   * {@link #values}.
   *
   * @param turns how often each was drawn before in the epoch
   * @param epoch whose changes are drawn
   */
  void prepare(int[] order, int[] turns, int begin, int end, long epoch) {
    if (end - begin > results.length) {
      sources = new byte[threads][larger.map(images -> images.cropShape().bytes()).orElse(bytes)];
      results = new byte[end - begin][bytes];
    }
    if (threads == 1) {
      prepare(order, turns, begin, end, epoch, 0);
    } else {
      IntStream.range(0, threads)
          .parallel()
          .forEach(thread -> prepare(order, turns, begin, end, epoch, thread));
    }
  }

  private void prepare(int[] order, int[] turns, int begin, int end, long epoch, int thread) {
    byte[] source = sources[thread];
    for (int i = begin + thread; i < end; i += threads) {
      int index = order[i];
      byte[] result = results[i - begin];
      if (augmenter.isEmpty()) {
        data.read(index, result);
        continue;
      }
      if (larger.isPresent()) {
        larger.get().readForCrop(index, source);
      } else {
        data.read(index, source);
      }
      Augmenter images = augmenter.get();
      images.apply(source, images.choose(seed, epoch, index, turns[i]), result);
    }
  }

  /** The values of the {@code i}-th sample that was prepared last; overwritten by the next ones. */
  byte[] values(int i) {
    return results[i];
  }
}
