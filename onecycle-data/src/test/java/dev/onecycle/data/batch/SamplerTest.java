package dev.onecycle.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
  @Test
  void everyEpochUsesEveryImageOnceInAnOrderOfItsOwn() {
    Sampler sampler = Sampler.shuffled(1000, 64, 5);
    int[] first = sampler.order(0);
    int[] second = sampler.order(1);
    assertThat(first).isNotEqualTo(second).isEqualTo(Sampler.shuffled(1000, 7, 5).order(0));
    assertThat(first).isNotEqualTo(Sampler.shuffled(1000, 64, 6).order(0));
    for (int[] order : new int[][] {first, second}) {
      int[] sorted = order.clone();
      Arrays.sort(sorted);
      assertThat(sorted).containsExactly(IntStream.range(0, 1000).toArray());
    }
  }

  @Test
  void everyImageComesFirstEquallyOften() {
    int[] counts = new int[5];
    for (int epoch = 0; epoch < 5000; epoch++) {
      counts[Sampler.shuffled(5, 2, 1).order(epoch)[0]]++;
    }
    // 1,000 each are expected with a deviation of 28: five deviations.
    assertThat(Arrays.stream(counts)).allMatch(count -> Math.abs(count - 1000) < 142);
  }

  @Test
  void theLastBatchIsKeptUnlessItIsOneImageToTrainOn() {
    assertThat(Sampler.shuffled(10, 4, 0).batchesPerEpoch()).isEqualTo(3);
    assertThat(Sampler.shuffled(12, 4, 0).batchesPerEpoch()).isEqualTo(3);
    assertThat(Sampler.shuffled(13, 4, 0).batchesPerEpoch()).isEqualTo(3);
    assertThat(Sampler.forEvaluation(images(13), 4, 1).batchesPerEpoch()).isEqualTo(4);
    assertThat(Sampler.shuffled(3, 1, 0).batchesPerEpoch()).isEqualTo(3);
    assertThat(Sampler.shuffled(1, 8, 0).batchesPerEpoch()).isEqualTo(1);
    assertThat(Sampler.shuffled(3, 8, 0).batchesPerEpoch()).isEqualTo(1);
  }

  @Test
  void inOrderIsInOrder() {
    assertThat(Sampler.forEvaluation(images(4), 2, 1).order(3)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void sizesMustBePositive() {
    assertThatThrownBy(() -> Sampler.shuffled(10, 0, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("batch size must be at least 1 but was 0");
    assertThatThrownBy(() -> Sampler.forEvaluation(images(1), 0, 1))
        .isInstanceOf(InvalidValueException.class);
  }

  private static ImageDataset images(int count) {
    return ImageDataset.of(new ImageShape(1, 1, 1), List.of("a"), new int[count], new byte[count]);
  }

  private static ImageDataset unequal() {
    int[] labels = new int[103];
    Arrays.fill(labels, 90, 100, 1);
    Arrays.fill(labels, 100, 103, 3);
    return ImageDataset.of(
        new ImageShape(1, 1, 1), List.of("a", "b", "none", "c"), labels, new byte[103]);
  }

  @Test
  void balancedEpochsHaveEqualSharesOfTheClassesThatHaveImages() {
    ImageDataset images = unequal();
    Sampler sampler = Sampler.of(Sampling.BALANCED, images, 8, 5);
    assertThat(sampler.batchesPerEpoch()).isEqualTo(13);
    Set<Integer> seen = new HashSet<>();
    for (long epoch = 0; epoch < 30; epoch++) {
      int[] order = sampler.order(epoch);
      assertThat(order).hasSize(103);
      int[] counts = new int[4];
      Map<Integer, Integer> times = new HashMap<>();
      for (int image : order) {
        counts[images.label(image)]++;
        times.merge(image, 1, Integer::sum);
        seen.add(image);
      }
      assertThat(counts[2]).isZero();
      for (int label : new int[] {0, 1, 3}) {
        assertThat(counts[label]).isBetween(34, 35);
      }
      times.forEach(
          (image, drawn) -> {
            int label = images.label(image);
            assertThat(drawn).isBetween(label == 0 ? 1 : label == 1 ? 3 : 11, 12);
            assertThat(drawn).isLessThanOrEqualTo(label == 0 ? 1 : label == 1 ? 4 : 12);
          });
    }
    assertThat(seen).as("all images in some epoch").hasSize(103);
  }

  @Test
  void balancedEpochsAreAFunctionOfSeedAndEpoch() {
    int[] first = Sampler.of(Sampling.BALANCED, unequal(), 8, 5).order(3);
    assertThat(Sampler.of(Sampling.BALANCED, unequal(), 16, 5).order(3)).isEqualTo(first);
    assertThat(Sampler.of(Sampling.BALANCED, unequal(), 8, 6).order(3)).isNotEqualTo(first);
    assertThat(Sampler.of(Sampling.BALANCED, unequal(), 8, 5).order(4)).isNotEqualTo(first);
    assertThat(Sampler.of(Sampling.SHUFFLED, unequal(), 8, 5).order(3))
        .isEqualTo(Sampler.shuffled(103, 8, 5).order(3));
  }
}
