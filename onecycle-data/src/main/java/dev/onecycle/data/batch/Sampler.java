package dev.onecycle.data.batch;

import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.stream.StreamOrder;
import dev.onecycle.data.stream.StreamedImages;
import dev.onecycle.error.Require;
import dev.onecycle.random.RandomStream;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The assignment of images to batches: a pure function of seed, epoch and position, without state.
 *
 * <p>Batches are counted over all epochs, so a run can resume at any step by arithmetic: batch
 * {@code b} is batch {@code b mod batchesPerEpoch()} of epoch {@code b / batchesPerEpoch()}.
 *
 * <p>The last batch of an epoch may be smaller than the others. If the images are shuffled, a last
 * batch of one image is left out, because batch normalization has no variance over one image; it is
 * another image in each epoch.
 *
 * <p>A stream is shuffled by shards and windows: see {@link StreamOrder}.
 */
public final class Sampler {
  private final int size;
  private final int batchSize;
  private final long seed;
  private final boolean shuffled;
  private final int[][] byClass;
  private final Optional<StreamedImages> stream;
  private final int ranks;

  /**
   * @param byClass the images of each class that has some, where shares are equal; else none
   * @param stream that gives the order
   * @param ranks that divide the shards of an evaluation
   */
  private Sampler(
      int size,
      int batchSize,
      long seed,
      boolean shuffled,
      int[][] byClass,
      Optional<StreamedImages> stream,
      int ranks) {
    this.size = Require.atLeast("dataset size", size, 1);
    this.batchSize = Require.atLeast("batch size", batchSize, 1);
    this.seed = seed;
    this.shuffled = shuffled;
    this.byClass = byClass;
    this.stream = stream;
    this.ranks = ranks;
  }

  /** Another order in each epoch, for training; not for a stream, which {@link #of} is for. */
  public static Sampler shuffled(int size, int batchSize, long seed) {
    return new Sampler(size, batchSize, seed, true, new int[0][], Optional.empty(), 1);
  }

  /**
   * The order of a kind of sampling, for training.
   *
   * @param images samples, whose labels are read for equal shares
   */
  public static Sampler of(Sampling sampling, Dataset images, int batchSize, long seed) {
    if (images instanceof StreamedImages streamed) {
      Require.that(
          sampling == Sampling.SHUFFLED,
          "sampling",
          "shuffled for a stream, whose classes are not known before they are read,",
          "balanced",
          sampling);
      return new Sampler(
          images.size(), batchSize, seed, true, new int[0][], Optional.of(streamed), 1);
    }
    if (sampling == Sampling.SHUFFLED) {
      return shuffled(images.size(), batchSize, seed);
    }
    Require.that(
        images.hasClasses(),
        "sampling",
        "shuffled for targets that are no classes",
        "balanced",
        images);
    int[][] byClass =
        IntStream.range(0, images.targets().outputs())
            .mapToObj(
                label ->
                    IntStream.range(0, images.size())
                        .filter(i -> images.requireLabel(i) == label)
                        .toArray())
            .filter(ofClass -> ofClass.length > 0)
            .toArray(int[][]::new);
    return new Sampler(images.size(), batchSize, seed, true, byClass, Optional.empty(), 1);
  }

  /**
   * Every sample once, in the order of the dataset; of a stream, its readers take turns.
   *
   * @param ranks that divide the shards of a stream, so that each reads its own
   */
  public static Sampler forEvaluation(Dataset data, int batchSize, int ranks) {
    Optional<StreamedImages> stream =
        data instanceof StreamedImages streamed ? Optional.of(streamed) : Optional.empty();
    return new Sampler(data.size(), batchSize, 0, false, new int[0][], stream, ranks);
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

  /** Makes sure that a stream is read in an order of its own. */
  void requireOrderOf(Dataset data) {
    Require.that(
        !(data instanceof StreamedImages) || stream.isPresent(),
        "sampler",
        "made for the stream by Sampler.of or Sampler.forEvaluation",
        "one for images in any order",
        data);
  }

  /** The order of an epoch of a stream, by which its readers find the images. */
  StreamOrder streamOrder(StreamedImages images, long epoch) {
    return shuffled
        ? images.order(seed, epoch)
        : images.evaluationOrder(ranks, Math.max(1, batchSize / ranks));
  }

  /** The indices of the images in the order of {@code epoch}. */
  public int[] order(long epoch) {
    if (stream.isPresent()) {
      return streamOrder(stream.get(), epoch).indices(batchSize);
    }
    int[] order = byClass.length == 0 ? IntStream.range(0, size).toArray() : equalShares(epoch);
    if (shuffled) {
      shuffle(order, RandomStream.of(seed, "order", epoch));
    }
    return order;
  }

  private static void shuffle(int[] order, SplittableRandom random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  /** Whether an epoch may have a sample several times. */
  boolean repeats() {
    return byClass.length > 0;
  }

  /** Each class in turn, shuffled as a whole as often as its share needs. */
  private int[] equalShares(long epoch) {
    int[] drawn = new int[size];
    int at = 0;
    for (int c = 0; c < byClass.length; c++) {
      // What does not divide evenly goes to other classes in each epoch.
      long turn = Math.floorMod(c + epoch, byClass.length);
      int share = size / byClass.length + (turn < size % byClass.length ? 1 : 0);
      int[] ofClass = byClass[c].clone();
      SplittableRandom random = RandomStream.of(seed, "class order", epoch, c);
      for (int i = 0; i < share; i++) {
        if (i % ofClass.length == 0) {
          shuffle(ofClass, random);
        }
        drawn[at++] = ofClass[i % ofClass.length];
      }
    }
    return drawn;
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
