package dev.onecycle.bench.suggestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.source.Shapes;
import dev.onecycle.error.InvalidValueException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSelectionTest {
  private static final ImageDataset ALL = Shapes.generate(1, "train", 400);

  private static List<Long> counts(ImageDataset data) {
    return IntStream.range(0, data.classes().size())
        .mapToObj(
            label -> IntStream.range(0, data.size()).filter(i -> data.label(i) == label).count())
        .toList();
  }

  private static boolean isOf(ImageDataset data, int index, int label) {
    return IntStream.range(0, ALL.size())
        .anyMatch(i -> ALL.label(i) == label && ALL.pixels(i).equals(data.pixels(index)));
  }

  @Test
  void takesSoManyImagesOfEachClassWithTheirLabels() {
    ImageDataset chosen = ImageSelection.of(30, 5).of(ALL);

    assertThat(chosen.classes()).isEqualTo(ALL.classes().subList(0, 2));
    assertThat(counts(chosen)).containsExactly(30L, 5L);
    assertThat(chosen.label(0)).isZero();
    assertThat(isOf(chosen, 0, 0)).isTrue();
    assertThat(isOf(chosen, 34, 1)).isTrue();
  }

  @Test
  void aRemainderGoesToTheFirstClasses() {
    assertThat(ImageSelection.even(11, 3).counts()).containsExactly(4, 4, 3);
  }

  @Test
  void noiseDealsLabelsOutAnewInTheSameShares() {
    ImageDataset clean = ImageSelection.of(30, 10).of(ALL);
    ImageDataset noisy = ImageSelection.of(30, 10).withNoise(1).of(ALL);

    assertThat(counts(noisy)).containsExactly(30L, 10L);
    long moved = IntStream.range(0, 40).filter(i -> noisy.label(i) != clean.label(i)).count();
    assertThat(moved).isBetween(6L, 20L);
    assertThat(noisy.pixels(39)).isEqualTo(clean.pixels(39));
  }

  @Test
  void theLossOfKnowingNothingIsTheEntropyOfTheShares() {
    assertThat(ImageSelection.even(20, 4).scale(8).chance()).isCloseTo(Math.log(4), within(1e-12));
    assertThat(ImageSelection.of(990, 10).scale(8).chance()).isBetween(0.055, 0.057);
  }

  @Test
  void moreImagesThanThereAreOfAClassAreRefused() {
    assertThatThrownBy(() -> ImageSelection.of(30, 41).of(ALL))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("must be at least 41 but was 40");
  }
}
