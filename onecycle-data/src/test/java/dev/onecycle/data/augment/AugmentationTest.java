package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  @Test
  void standardIsPadFourReflectedCroppedAndFlipped() {
    Augmentation standard = Augmentation.standard();
    assertThat(standard.pad()).isEqualTo(4);
    assertThat(standard.padMode()).isEqualTo(PadMode.REFLECT);
    assertThat(standard.flip()).isEqualTo(Flip.RANDOM);
    assertThat(standard.windows()).hasSize(9 * 9 * 2);
    assertThat(new HashSet<>(standard.windows())).hasSize(9 * 9 * 2);
  }

  @Test
  void partsCanBeSwitchedOff() {
    assertThat(Augmentation.standard().withFlip(Flip.NONE).windows())
        .hasSize(81)
        .noneMatch(CropChoice::flip);
    assertThat(Augmentation.standard().withPad(0).windows())
        .containsExactlyInAnyOrder(new CropChoice(0, 0, false), new CropChoice(0, 0, true));
    assertThat(Augmentation.none().windows()).containsExactly(Augmentation.none().identity());
    assertThat(Augmentation.none().isNone()).isTrue();
  }

  @Test
  void everyChoiceIsEquallyLikely() {
    Augmentation augmentation =
        Augmentation.none().withPad(1).withPadMode(PadMode.REFLECT).withFlip(Flip.RANDOM);
    Map<CropChoice, Integer> counts = new HashMap<>();
    int draws = 18_000;
    for (int i = 0; i < draws; i++) {
      counts.merge(augmentation.choose(7, 3, i, 32, 32).window(), 1, Integer::sum);
    }
    assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(augmentation.windows());
    // 1,000 of each are expected with a deviation of 31: five deviations.
    assertThat(counts.values()).allMatch(count -> Math.abs(count - 1000) < 155);
  }

  @Test
  void anAlternatingFlipShowsBothSidesOfEveryImageInTwoEpochs() {
    Augmentation augmentation = Augmentation.standard().withFlip(Flip.ALTERNATE);
    int mirroredFirst = 0;
    for (int i = 0; i < 1000; i++) {
      boolean first = augmentation.choose(5, 0, i, 32, 32).window().flip();
      mirroredFirst += first ? 1 : 0;
      for (int epoch = 1; epoch < 6; epoch++) {
        assertThat(augmentation.choose(5, epoch, i, 32, 32).window().flip())
            .isEqualTo(first ^ (epoch % 2 == 1));
      }
    }
    assertThat(mirroredFirst).isBetween(420, 580); // five deviations of 16
    assertThat(augmentation.describe()).isEqualTo("pad 4 (reflect), random crop, alternating flip");
  }

  @Test
  void anAlternatingFlipLeavesTheCropsRandom() {
    Augmentation augmentation =
        Augmentation.none().withPad(1).withPadMode(PadMode.REFLECT).withFlip(Flip.ALTERNATE);
    Map<CropChoice, Integer> counts = new HashMap<>();
    for (int i = 0; i < 18_000; i++) {
      counts.merge(augmentation.choose(7, 3, i, 32, 32).window(), 1, Integer::sum);
    }
    assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(augmentation.windows());
    assertThat(counts.values()).allMatch(count -> Math.abs(count - 1000) < 155);
  }

  @Test
  void aCutoutLiesAnywhereAndLeavesWindowsAndMirrorsAsTheyWere() {
    Augmentation plain = Augmentation.standard().withFlip(Flip.ALTERNATE);
    Augmentation cut = plain.withCutout(8);
    int[][] quarters = new int[4][4];
    for (int i = 0; i < 16_000; i++) {
      CropChoice choice = cut.choose(7, 3, i, 32, 32).window();
      CropChoice.CutoutCenter center = choice.cutout().orElseThrow();
      assertThat(new CropChoice(choice.top(), choice.left(), choice.flip()))
          .isEqualTo(plain.choose(7, 3, i, 32, 32).window());
      quarters[(int) (center.down() * 4)][(int) (center.across() * 4)]++;
    }
    for (int[] row : quarters) {
      for (int count : row) {
        assertThat(count).isBetween(845, 1155); // five deviations of 31
      }
    }
    assertThat(cut.describe())
        .isEqualTo("pad 4 (reflect), random crop, alternating flip, cutout 8");
    assertThat(Augmentation.none().withCutout(8).isNone()).isFalse();
    assertThat(Augmentation.none().withCutout(8).describe()).isEqualTo("cutout 8");
  }

  @Test
  void aCutoutIsDrawnAnewInEveryEpoch() {
    Augmentation cut = Augmentation.none().withCutout(8);
    assertThat(choices(cut, 1, 0)).isNotEqualTo(choices(cut, 1, 1));
  }

  @Test
  void seedsAndEpochsDiffer() {
    Augmentation augmentation = Augmentation.standard();
    assertThat(choices(augmentation, 1, 0)).isNotEqualTo(choices(augmentation, 1, 1));
    assertThat(choices(augmentation, 1, 0)).isNotEqualTo(choices(augmentation, 2, 0));
    assertThat(choices(augmentation, 1, 0)).isEqualTo(choices(augmentation, 1, 0));
  }

  @Test
  void theLargestPadDrawsWindowsOfItsOwn() {
    Augmentation largest =
        Augmentation.none().withPad(16_383).withPadMode(PadMode.ZERO).withFlip(Flip.RANDOM);
    for (int i = 0; i < 100; i++) {
      CropChoice choice = largest.choose(1, 0, i, 32, 32).window();
      assertThat(choice.top()).isBetween(0, 2 * 16_383);
      assertThat(choice.left()).isBetween(0, 2 * 16_383);
    }
    assertThatThrownBy(() -> largest.withPad(16_384))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("augmentation pad must be in [0, 16383] but was 16384");
  }

  @Test
  void padMustNotBeNegative() {
    assertThatThrownBy(() -> Augmentation.standard().withPad(-1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("augmentation pad must be in [0, ")
        .hasMessageContaining("was -1");
  }

  private static List<CropChoice> choices(Augmentation augmentation, long seed, long epoch) {
    return IntStream.range(0, 50)
        .mapToObj(i -> augmentation.choose(seed, epoch, i, 32, 32).window())
        .toList();
  }
}
