package dev.onecycle.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Augmenter;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BatchLoaderTest {
  private static final ImageShape SHAPE = new ImageShape(3, 8, 6);

  /** The content of a batch: indices, labels and pixels of its images. */
  private record Seen(List<Integer> indices, List<Integer> labels, List<byte[]> images) {}

  @Test
  void anEpochIsTheOrderOfTheSamplerWithTheChoicesOfTheAugmentation() {
    ImageDataset data = TestDatasets.random(23, SHAPE, 4);
    Augmentation augmentation = Augmentation.standard();
    Sampler sampler = Sampler.shuffled(23, 5, 9);
    Augmenter augmenter = new Augmenter(augmentation, 3, 8, 6);
    for (long epoch : new long[] {0, 3}) {
      List<Seen> batches = take(BatchLoader.epoch(data, augmentation, sampler, epoch), 100);
      assertThat(batches).extracting(seen -> seen.indices().size()).containsExactly(5, 5, 5, 5, 3);
      int[] order = sampler.order(epoch);
      int at = 0;
      for (Seen seen : batches) {
        for (int i = 0; i < seen.indices().size(); i++) {
          int index = order[at++];
          byte[] image = new byte[SHAPE.bytes()];
          byte[] expected = new byte[SHAPE.bytes()];
          data.read(index, image);
          augmenter.apply(image, augmenter.choose(9, epoch, index), expected);
          assertThat(seen.indices().get(i)).isEqualTo(index);
          assertThat(seen.labels().get(i)).isEqualTo(data.label(index));
          assertThat(seen.images().get(i)).isEqualTo(expected);
        }
      }
    }
  }

  /** Ten copies of a rare image in an epoch are ten images, and the first is as in any sampling. */
  @Test
  void anImageThatIsDrawnAgainIsChangedAnew() {
    int[] labels = new int[103];
    Arrays.fill(labels, 100, 103, 1);
    byte[] pixels = new byte[103 * SHAPE.bytes()];
    new SplittableRandom(1).nextBytes(pixels);
    ImageDataset data = ImageDataset.of(SHAPE, List.of("a", "b"), labels, pixels);
    Augmentation augmentation = Augmentation.photo();
    Sampler sampler = Sampler.of(Sampling.BALANCED, data, 8, 5);
    Augmenter augmenter = new Augmenter(augmentation, 3, 8, 6);
    Map<Integer, Set<List<Byte>>> different = new HashMap<>();
    Map<Integer, Integer> times = new HashMap<>();
    for (Seen seen : take(BatchLoader.epoch(data, augmentation, sampler, 2), 100)) {
      for (int i = 0; i < seen.indices().size(); i++) {
        int index = seen.indices().get(i);
        byte[] image = seen.images().get(i);
        if (times.merge(index, 1, Integer::sum) == 1) {
          byte[] source = new byte[SHAPE.bytes()];
          byte[] expected = new byte[SHAPE.bytes()];
          data.read(index, source);
          augmenter.apply(source, augmenter.choose(5, 2, index), expected);
          assertThat(image).isEqualTo(expected);
        }
        List<Byte> bytes = new ArrayList<>();
        for (byte value : image) {
          bytes.add(value);
        }
        different.computeIfAbsent(index, k -> new HashSet<>()).add(bytes);
      }
    }
    for (int rare = 100; rare < 103; rare++) {
      assertThat(times.get(rare)).isGreaterThan(10);
      assertThat(different.get(rare)).hasSize(times.getOrDefault(rare, 0));
    }
  }

  @Test
  void evaluationSeesEveryImageInOrderAndAsItIs() {
    ImageDataset data = TestDatasets.random(9, SHAPE, 3);
    List<Seen> batches = take(BatchLoader.evaluation(data, 4), 100);
    assertThat(batches)
        .extracting(Seen::indices)
        .containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7), List.of(8));
    byte[] image = new byte[SHAPE.bytes()];
    data.read(8, image);
    assertThat(batches.get(2).images().get(0)).isEqualTo(image);
  }

  @Test
  void aRunThatResumesGetsTheBatchesItHasNotSeen() {
    ImageDataset data = TestDatasets.random(10, SHAPE, 2);
    Sampler sampler = Sampler.shuffled(10, 3, 4);
    assertThat(sampler.batchesPerEpoch()).isEqualTo(3);
    List<Seen> whole = take(BatchLoader.batches(data, Augmentation.standard(), sampler, 0, 9), 9);
    for (int step = 0; step < 9; step++) {
      List<Seen> rest =
          take(BatchLoader.batches(data, Augmentation.standard(), sampler, step, 9), 9);
      assertThat(rest).hasSize(9 - step);
      assertThat(rest.get(0).indices()).isEqualTo(whole.get(step).indices());
      assertThat(rest.get(0).images().get(0)).isEqualTo(whole.get(step).images().get(0));
    }
  }

  @Test
  void smallDataIsCycledOverWithoutEnd() {
    ImageDataset data = TestDatasets.random(4, SHAPE, 2);
    Sampler sampler = Sampler.shuffled(4, 3, 4);
    try (BatchLoader loader = BatchLoader.endless(data, Augmentation.none(), sampler)) {
      for (int step = 0; step < 50; step++) {
        assertThat(loader.hasNext()).isTrue();
        try (Batch batch = loader.next()) {
          assertThat(batch.size()).isEqualTo(3);
          assertThat(batch.index(0)).isEqualTo(sampler.order(step)[0]);
        }
      }
    }
  }

  @Test
  void pixelsAreDirectAndExactlyTheBatch() {
    ImageDataset data = TestDatasets.random(5, SHAPE, 2);
    try (BatchLoader loader = BatchLoader.evaluation(data, 3)) {
      try (Batch first = loader.next()) {
        assertThat(first.values().isDirect()).isTrue();
        assertThat(first.values().remaining()).isEqualTo(3 * SHAPE.bytes());
        assertThat(first.layout()).isEqualTo(SHAPE.layout());
      }
      try (Batch last = loader.next()) {
        assertThat(last.values().remaining()).isEqualTo(2 * SHAPE.bytes());
      }
      assertThat(loader.hasNext()).isFalse();
      assertThatThrownBy(loader::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void aBatchHeldIsNotOverwrittenByLaterOnes() {
    ImageDataset data = TestDatasets.random(40, SHAPE, 2);
    try (BatchLoader loader = BatchLoader.evaluation(data, 2)) {
      Batch held = loader.next();
      byte[] before = bytes(held.values());
      for (int i = 0; i < 15; i++) {
        loader.next().close();
      }
      assertThat(bytes(held.values())).isEqualTo(before);
      assertThat(held.index(1)).isEqualTo(1);
      held.close();
    }
  }

  @Test
  void batchesThatAreNeverClosedAreSaidToBeSo() {
    ImageDataset data = TestDatasets.random(40, SHAPE, 2);
    try (BatchLoader loader = BatchLoader.evaluation(data, 2)) {
      assertThatThrownBy(
              () -> {
                while (true) {
                  loader.next();
                }
              })
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("close a batch");
    }
  }

  @Test
  void aClosedBatchCannotBeReadAndClosingTwiceIsHarmless() {
    try (BatchLoader loader = BatchLoader.evaluation(TestDatasets.random(40, SHAPE, 2), 2)) {
      Batch batch = loader.next();
      batch.close();
      batch.close();
      assertThatThrownBy(batch::values).isInstanceOf(IllegalStateException.class);
      for (int i = 0; i < 19; i++) {
        loader.next().close();
      }
      assertThat(loader.hasNext()).isFalse();
    }
  }

  @Test
  void aFailureOfTheBackgroundThreadComesOutOfNext() {
    ImageDataset broken =
        new TestDatasets.Forwarding(TestDatasets.random(10, SHAPE, 2)) {
          @Override
          public void read(int index, byte[] target) {
            if (index == 5) {
              throw new BadDataException("image 5 is gone");
            }
            super.read(index, target);
          }
        };
    try (BatchLoader loader = BatchLoader.evaluation(broken, 2)) {
      loader.next().close();
      loader.next().close();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(loader::next)
            .isInstanceOf(BadDataException.class)
            .hasMessage("image 5 is gone");
      }
    }
  }

  /** A dataset of one's own is checked where it is read, by every reader. */
  @Test
  void aLabelOfNoClassAndAnImageOfTooFewPixelsAreNamed() {
    for (int label : new int[] {-1, 2}) {
      ImageDataset mislabelled =
          new TestDatasets.Forwarding(TestDatasets.random(10, SHAPE, 2)) {
            @Override
            public int label(int index) {
              return index == 5 ? label : super.label(index);
            }
          };
      String message =
          "label of image 5 ("
              + mislabelled.origin(5)
              + ") must be in [0, 2), the classes of its data, but was "
              + label;
      assertThatThrownBy(() -> take(BatchLoader.evaluation(mislabelled, 4), 9))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> Sampler.of(Sampling.BALANCED, mislabelled, 4, 0))
          .hasMessage(message);
      assertThatThrownBy(mislabelled::classCounts).hasMessage(message);
    }
    ImageDataset cut =
        new TestDatasets.Forwarding(TestDatasets.random(10, SHAPE, 2)) {
          @Override
          public ByteBuffer pixels(int index) {
            return ByteBuffer.allocate(index == 7 ? 143 : 144);
          }
        };
    assertThatThrownBy(() -> take(BatchLoader.evaluation(cut, 4), 9))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "pixels of image 7 ("
                + cut.origin(7)
                + ") must be 144 bytes, an image of 3×8×6, but was 143");
  }

  @Test
  void aBatchThatNoBufferHoldsIsRefused() {
    ImageDataset wide =
        new TestDatasets.Forwarding(TestDatasets.random(3, SHAPE, 2)) {
          @Override
          public ImageShape shape() {
            return new ImageShape(3, 20_000, 20_000);
          }
        };
    assertThatThrownBy(() -> BatchLoader.evaluation(wide, 4))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("batch size must be at most 1 images of 3×20000×20000 but was 3");
    assertThatThrownBy(() -> new ImageShape(3, 30_000, 30_000))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("size of an image must be at most 2147483647 values but was 3×30000×30000");
  }

  @Test
  void closingEarlyStopsTheBackgroundThread() {
    ImageDataset data = TestDatasets.random(4, SHAPE, 2);
    BatchLoader loader = BatchLoader.endless(data, Augmentation.none(), Sampler.shuffled(4, 2, 1));
    loader.next().close();
    assertThat(backgroundThreads()).isPositive();
    loader.close();
    assertThat(backgroundThreads()).isZero();
    assertThatThrownBy(loader::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aWaitingConsumerCanBeInterrupted() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    ImageDataset stuck =
        new TestDatasets.Forwarding(TestDatasets.random(4, SHAPE, 2)) {
          @Override
          public void read(int index, byte[] target) {
            try {
              never.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    try (BatchLoader loader = BatchLoader.evaluation(stuck, 2)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(loader::next).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void theSamplerMustBeMadeForTheDataset() {
    assertThatThrownBy(
            () ->
                BatchLoader.epoch(
                    TestDatasets.random(4, SHAPE, 2),
                    Augmentation.none(),
                    Sampler.shuffled(5, 2, 1),
                    0))
        .isInstanceOf(InvalidValueException.class);
  }

  private static long backgroundThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("onecycle-batches"))
        .count();
  }

  private static List<Seen> take(BatchLoader loader, int most) {
    List<Seen> seen = new ArrayList<>();
    try (loader) {
      while (loader.hasNext() && seen.size() < most) {
        try (Batch batch = loader.next()) {
          Seen one = new Seen(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
          ByteBuffer pixels = batch.values();
          for (int i = 0; i < batch.size(); i++) {
            byte[] image = new byte[batch.layout().bytes()];
            pixels.get(image);
            one.indices().add(batch.index(i));
            one.labels().add(batch.label(i));
            one.images().add(image);
          }
          seen.add(one);
        }
      }
    }
    return seen;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
