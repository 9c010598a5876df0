package dev.onecycle.data.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.batch.Part;
import dev.onecycle.testing.Property;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StreamOrderTest {
  private static final int CASES = 400;

  private static int[] counts(SplittableRandom random) {
    int[] counts =
        IntStream.range(0, random.nextInt(1, 12)).map(i -> random.nextInt(0, 30)).toArray();
    counts[random.nextInt(counts.length)] = random.nextInt(1, 40);
    return counts;
  }

  @Test
  void everySampleComesOnceWhateverTheSizes() {
    Property.holds(
        CASES,
        random -> {
          int[] counts = counts(random);
          int readers = random.nextInt(1, 10);
          int window = random.nextInt(1, 50);
          int batch = random.nextInt(1, 40);
          StreamOrder order =
              StreamOrder.shuffled(counts, readers, window, random.nextLong(), random.nextInt(5));
          int[] indices = order.indices(batch);
          int size = Arrays.stream(counts).sum();
          assertThat(Arrays.stream(indices).sorted().toArray())
              .as("%s by %d readers in windows of %d", Arrays.toString(counts), readers, window)
              .isEqualTo(IntStream.range(0, size).toArray());
          assertThat(IntStream.range(0, readers).map(order::length).sum()).isEqualTo(size);
        });
  }

  @Test
  void aReaderFindsItsSamplesAndNeverGoesBackAWindow() {
    Property.holds(
        CASES,
        random -> {
          int[] counts = counts(random);
          StreamOrder order =
              StreamOrder.shuffled(
                  counts,
                  random.nextInt(1, 10),
                  random.nextInt(1, 20),
                  random.nextLong(),
                  random.nextInt(5));
          int[] windows = new int[order.readers()];
          for (int index : order.indices(random.nextInt(1, 40))) {
            int reader = order.reader(index);
            int position = order.inReader(index);
            assertThat(order.index(reader, position)).isEqualTo(index);
            assertThat(order.inShard(index)).isBetween(0, counts[order.shard(index)] - 1);
            assertThat(position / order.window()).isGreaterThanOrEqualTo(windows[reader]);
            windows[reader] = position / order.window();
          }
        });
  }

  /** 64 in a batch, 8 readers: rank r of 2 or 4 needs 4 or 2 readers, and no other rank does. */
  @Test
  void ranksThatDivideTheReadersNeedDifferentReaders() {
    int[] counts = IntStream.range(0, 20).map(i -> 60 + i).toArray();
    StreamOrder order = StreamOrder.shuffled(counts, 8, 32, 7, 3);
    int[] indices = order.indices(64);
    for (int ranks : new int[] {2, 4}) {
      Map<Integer, Set<Integer>> readers = new HashMap<>();
      for (int begin = 0; begin + 64 <= indices.length; begin += 64) {
        for (int rank = 0; rank < ranks; rank++) {
          Part part = new Part(rank, ranks);
          for (int i = part.begin(64); i < part.end(64); i++) {
            readers
                .computeIfAbsent(rank, r -> new TreeSet<>())
                .add(order.reader(indices[begin + i]));
          }
        }
      }
      int each = 8 / ranks;
      readers.forEach(
          (rank, needed) ->
              assertThat(needed)
                  .isEqualTo(
                      IntStream.range(rank * each, (rank + 1) * each)
                          .boxed()
                          .collect(Collectors.toSet())));
    }
  }

  @Test
  void seedAndEpochGiveOtherOrdersAndTheSameOnesTheSame() {
    int[] counts = {50, 20, 70, 30};
    int[] order = StreamOrder.shuffled(counts, 3, 16, 5, 2).indices(32);
    assertThat(StreamOrder.shuffled(counts, 3, 16, 5, 2).indices(32)).isEqualTo(order);
    assertThat(StreamOrder.shuffled(counts, 3, 16, 6, 2).indices(32)).isNotEqualTo(order);
    assertThat(StreamOrder.shuffled(counts, 3, 16, 5, 3).indices(32)).isNotEqualTo(order);
    assertThat(StreamOrder.unshuffled(counts, 1, 16).indices(32))
        .isEqualTo(IntStream.range(0, 170).toArray());
    assertThat(StreamOrder.unshuffled(new int[] {3, 5, 2}, 2, 3).indices(4))
        .containsExactly(0, 1, 5, 6, 2, 3, 7, 8, 4, 9);
  }

  /** Stored: a resumed run must see the same images, also by a later version. */
  @Test
  void theOrderIsThatOfEarlierVersions() {
    assertThat(StreamOrder.shuffled(new int[] {3, 5, 2}, 2, 3, 1, 0).indices(4))
        .containsExactly(4, 5, 9, 0, 3, 7, 8, 2, 6, 1);
  }

  /** Of samples that lie side by side, few stay so. */
  @Test
  void neighboursArePartedByTheWindows() {
    int[] counts = IntStream.range(0, 100).map(i -> 100).toArray();
    int[] order = StreamOrder.shuffled(counts, 8, 128, 0, 0).indices(256);
    long apart =
        IntStream.range(1, order.length).filter(i -> Math.abs(order[i] - order[i - 1]) > 1).count();
    assertThat(apart).isGreaterThan(9_700);
    double[] shardsOfABatch =
        IntStream.range(0, order.length / 256)
            .mapToDouble(
                b ->
                    Arrays.stream(order, 256 * b, 256 * b + 256)
                        .map(i -> i / 100)
                        .distinct()
                        .count())
            .toArray();
    assertThat(Arrays.stream(shardsOfABatch).average().orElse(0)).isGreaterThan(12);
  }
}
