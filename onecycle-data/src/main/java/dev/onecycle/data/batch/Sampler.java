package dev.onecycle.data.batch;

import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.SplittableRandom;

/**
 * The assignment of images to batches: a pure function of seed, epoch and position, without state.
 *
 * <p>Batches are counted over all epochs, so a run can resume at any step by arithmetic: batch
 * {@code b} is batch {@code b mod batchesPerEpoch()} of epoch {@code b / batchesPerEpoch()}.
 *
 * <p>The last batch of an epoch may be smaller than the others. If the images are shuffled, a last
 * batch of one image is left out, because batch normalization has no variance over one image; it is
 * another image in each epoch.
 */
public final class Sampler {
  private final int size;
  private final int batchSize;
  private final long seed;
  private final boolean shuffled;

  private Sampler(int size, int batchSize, long seed, boolean shuffled) {
    this.size = Require.atLeast("dataset size", size, 1);
    this.batchSize = Require.atLeast("batch size", batchSize, 1);
    this.seed = seed;
    this.shuffled = shuffled;
  }

  /** Another order in each epoch, for training. */
  public static Sampler shuffled(int size, int batchSize, long seed) {
    return new Sampler(size, batchSize, seed, true);
  }

  /** The order of the dataset, for evaluation. */
  public static Sampler inOrder(int size, int batchSize) {
    return new Sampler(size, batchSize, 0, false);
  }

  /** The number of images. */
  public int size() {
    return size;
  }

  /** The number of images in every batch but the last of an epoch. */
  public int batchSize() {
    return batchSize;
  }

  /** The seed of the order and of the augmentation. */
  public long seed() {
    return seed;
  }

  /** The number of batches, and so of optimizer updates, in one epoch. */
  public int batchesPerEpoch() {
    int whole = size / batchSize;
    int rest = size % batchSize;
    boolean leaveOut = shuffled && rest == 1 && whole > 0;
    return rest == 0 || leaveOut ? whole : whole + 1;
  }

  /** The indices of the images in the order of {@code epoch}. */
  public int[] order(long epoch) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    if (shuffled) {
      SplittableRandom random = RandomStream.of(seed, "order", epoch);
      for (int i = size - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
      }
    }
    return order;
  }

  /** The beginning of the {@code position}-th batch in the order of an epoch. */
  int begin(int position) {
    return position * batchSize;
  }

  /** The exclusive end of the {@code position}-th batch in the order of an epoch. */
  int end(int position) {
    return (int) Math.min(size, (position + 1L) * batchSize);
  }
}
