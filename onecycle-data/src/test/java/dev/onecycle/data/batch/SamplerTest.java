package dev.onecycle.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import java.util.Arrays;
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
    assertThat(Sampler.inOrder(13, 4).batchesPerEpoch()).isEqualTo(4);
    assertThat(Sampler.shuffled(3, 1, 0).batchesPerEpoch()).isEqualTo(3);
    assertThat(Sampler.shuffled(1, 8, 0).batchesPerEpoch()).isEqualTo(1);
    assertThat(Sampler.shuffled(3, 8, 0).batchesPerEpoch()).isEqualTo(1);
  }

  @Test
  void inOrderIsInOrder() {
    assertThat(Sampler.inOrder(4, 2).order(3)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void sizesMustBePositive() {
    assertThatThrownBy(() -> Sampler.shuffled(10, 0, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("batch size must be at least 1 but was 0");
    assertThatThrownBy(() -> Sampler.inOrder(0, 1)).isInstanceOf(InvalidValueException.class);
  }
}
