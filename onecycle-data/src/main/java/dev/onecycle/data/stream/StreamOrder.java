package dev.onecycle.data.stream;

import dev.onecycle.random.RandomStream;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The order in which a stream gives the samples of one epoch: a pure function of the numbers of
 * samples of the shards, the seed and the epoch. So any position is found by arithmetic.
 *
 * <p>The shards are shuffled and laid end to end. The row is cut into as many equal parts as there
 * are readers; each reader goes through its part from its beginning, and its samples are shuffled
 * within windows. The readers take turns: sample {@code t} of the epoch comes from reader {@code t
 * mod readers}. Neither ranks nor threads matter.
 *
 * <p>Samples have an index by the order of the shards, as if they were listed.
 */
public final class StreamOrder {
  private final Shuffle shuffle;
  private final int size;

  /** The index of the first sample of each shard, and the number of all. */
  private final int[] offsets;

  /** The shards in the order in which they are laid end to end. */
  private final int[] shards;

  private final int[] placeOf;

  /** The samples before each place in the row. */
  private final int[] begins;

  /**
   * How samples are shuffled.
   *
   * @param readers that take turns, at least 1
   * @param window samples of a reader that are shuffled among each other, at least 1
   */
  record Shuffle(int readers, int window, boolean random, long seed, long epoch) {}

  private StreamOrder(int[] counts, Shuffle shuffle) {
    this.shuffle = shuffle;
    this.offsets = sums(counts);
    this.size = offsets[counts.length];
    this.shards = new int[counts.length];
    Arrays.setAll(shards, i -> i);
    if (shuffle.random) {
      shuffle(shards, RandomStream.of(shuffle.seed, "shards", shuffle.epoch));
    }
    this.placeOf = new int[counts.length];
    for (int place = 0; place < shards.length; place++) {
      placeOf[shards[place]] = place;
    }
    this.begins = sums(Arrays.stream(shards).map(shard -> counts[shard]).toArray());
  }

  /**
   * The order of an epoch of training.
   *
   * @param counts the samples of each shard
   */
  static StreamOrder shuffled(int[] counts, int readers, int window, long seed, long epoch) {
    return new StreamOrder(counts, new Shuffle(readers, window, true, seed, epoch));
  }

  /**
   * The order of an evaluation: nothing is shuffled, but readers take turns here too, so that of
   * several ranks each reads its share of the shards.
   */
  static StreamOrder unshuffled(int[] counts, int readers, int window) {
    return new StreamOrder(counts, new Shuffle(readers, window, false, 0, 0));
  }

  private static int[] sums(int[] counts) {
    int[] sums = new int[counts.length + 1];
    for (int i = 0; i < counts.length; i++) {
      sums[i + 1] = Math.addExact(sums[i], counts[i]);
    }
    return sums;
  }

  private static void shuffle(int[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  /** The number of samples. */
  int size() {
    return size;
  }

  int readers() {
    return shuffle.readers;
  }

  int window() {
    return shuffle.window;
  }

  /** The samples of a reader. */
  int length(int reader) {
    return begin(reader + 1) - begin(reader);
  }

  /** The position in the row at which the part of a reader begins. */
  private int begin(int reader) {
    return reader * (size / shuffle.readers) + Math.min(reader, size % shuffle.readers);
  }

  /**
   * The indices of the samples in the order of the epoch. Within each batch the samples of a reader
   * lie side by side, so that the ranks that share a batch need different readers.
   */
  public int[] indices(int batchSize) {
    int[] byTime = new int[size];
    for (int reader = 0; reader < shuffle.readers; reader++) {
      int length = length(reader);
      for (int from = 0; from < length; from += shuffle.window) {
        int[] window = new int[Math.min(shuffle.window, length - from)];
        fill(window, begin(reader) + from);
        if (shuffle.random) {
          long number = from / shuffle.window;
          shuffle(window, RandomStream.of(shuffle.seed, "window", shuffle.epoch, reader, number));
        }
        for (int i = 0; i < window.length; i++) {
          byTime[(from + i) * shuffle.readers + reader] = window[i];
        }
      }
    }
    return grouped(byTime, batchSize);
  }

  /** The indices of the samples from a position in the row on. */
  private void fill(int[] indices, int from) {
    int place = place(from);
    for (int i = 0; i < indices.length; i++) {
      while (begins[place + 1] <= from + i) {
        place++;
      }
      indices[i] = offsets[shards[place]] + from + i - begins[place];
    }
  }

  private int[] grouped(int[] byTime, int batchSize) {
    int[] order = new int[size];
    int at = 0;
    for (long begin = 0; begin < size; begin += batchSize) {
      long end = Math.min(size, begin + batchSize);
      for (int reader = 0; reader < shuffle.readers; reader++) {
        long first = begin + Math.floorMod(reader - begin, (long) shuffle.readers);
        for (long time = first; time < end; time += shuffle.readers) {
          order[at++] = byTime[(int) time];
        }
      }
    }
    return order;
  }

  /** The place in the row of the shard that has a position; empty shards have none. */
  private int place(int position) {
    int found = Arrays.binarySearch(begins, position);
    int place = found >= 0 ? found : -found - 2;
    while (begins[place + 1] <= position) {
      place++;
    }
    return place;
  }

  /** The shard of a sample. */
  int shard(int index) {
    int found = Arrays.binarySearch(offsets, index);
    int shard = found >= 0 ? found : -found - 2;
    while (offsets[shard + 1] <= index) {
      shard++;
    }
    return shard;
  }

  /** The position of a sample in its shard. */
  int inShard(int index) {
    return index - offsets[shard(index)];
  }

  /** The index of the first sample of a shard. */
  int offset(int shard) {
    return offsets[shard];
  }

  /** The position of a sample in the row. */
  private int inRow(int index) {
    int shard = shard(index);
    return begins[placeOf[shard]] + index - offsets[shard];
  }

  /** The reader of a sample. */
  int reader(int index) {
    int position = inRow(index);
    int each = size / shuffle.readers;
    int larger = size % shuffle.readers;
    int ofLarger = larger * (each + 1);
    return position < ofLarger ? position / (each + 1) : larger + (position - ofLarger) / each;
  }

  /** The position of a sample among those of its reader, as they are stored. */
  int inReader(int index) {
    return inRow(index) - begin(reader(index));
  }

  /** The index of a sample of a reader, by its position as they are stored. */
  int index(int reader, int position) {
    int[] one = new int[1];
    fill(one, begin(reader) + position);
    return one[0];
  }
}
