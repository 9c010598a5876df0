package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoldoutTest {
  private static final ImageShape PIXEL = new ImageShape(1, 1, 1);

  @Test
  void aTenthOfEachClassIsHeldOutAndTheRestIsTheRest() {
    ImageDataset data = TestDatasets.random(1000, PIXEL, 4);
    Holdout holdout = Holdout.of(data, Holdout.TENTH, 3);
    assertThat(holdout.part().size()).isEqualTo(100);
    assertThat(holdout.rest().size()).isEqualTo(900);
    int[] counts = new int[4];
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      counts[holdout.part().label(i)]++;
      seen.add(holdout.part().origin(i));
    }
    assertThat(counts).containsOnly(25);
    for (int i = 0; i < 900; i++) {
      seen.add(holdout.rest().origin(i));
    }
    assertThat(seen).hasSize(1000);
  }

  @Test
  void smallClassesGiveOneAndSingleImagesStay() {
    int[] labels = {0, 1, 1, 2, 2, 2, 2, 2, 2};
    ImageDataset data =
        ImageDataset.of(PIXEL, List.of("one", "two", "six"), labels, new byte[labels.length]);
    Holdout holdout = Holdout.of(data, Holdout.TENTH, 0);
    assertThat(holdout.part().size()).isEqualTo(2);
    assertThat(holdout.part().label(0)).isEqualTo(1);
    assertThat(holdout.part().label(1)).isEqualTo(2);
    assertThat(holdout.rest().label(0)).isZero();
  }

  @Test
  void theSeedDecides() {
    ImageDataset data = TestDatasets.random(200, PIXEL, 2);
    assertThat(origins(Holdout.of(data, Holdout.TENTH, 1)))
        .isEqualTo(origins(Holdout.of(data, Holdout.TENTH, 1)));
    assertThat(origins(Holdout.of(data, Holdout.TENTH, 1)))
        .isNotEqualTo(origins(Holdout.of(data, Holdout.TENTH, 2)));
  }

  @Test
  void pixelsGoWithTheirImage() {
    ImageDataset data = TestDatasets.random(50, new ImageShape(3, 2, 2), 2);
    ImageDataset tenth = Holdout.of(data, Holdout.TENTH, 1).part();
    for (int i = 0; i < tenth.size(); i++) {
      int index = Integer.parseInt(tenth.origin(i).substring(1));
      byte[] read = new byte[12];
      tenth.read(i, read);
      assertThat(TestDatasets.pixels(tenth, i))
          .isEqualTo(TestDatasets.pixels(data, index))
          .isEqualTo(read);
      assertThat(tenth.label(i)).isEqualTo(data.label(index));
    }
  }

  @Test
  void thereMustBeSomethingToHoldOut() {
    ImageDataset data =
        ImageDataset.of(PIXEL, List.of("a", "b"), new int[] {0, 1}, new byte[] {1, 2});
    assertThatThrownBy(() -> Holdout.of(data, Holdout.TENTH, 0))
        .isInstanceOf(BadDataException.class);
  }

  @Test
  void anyShareMayBeHeldOut() {
    ImageDataset data = TestDatasets.random(1000, PIXEL, 4);
    Holdout quarter = Holdout.of(data, 0.25, 3);
    assertThat(counts(quarter.part())).containsExactly(63, 63, 63, 63);
    assertThat(quarter.rest().size()).isEqualTo(748);
    Holdout most = Holdout.of(data, 0.999, 3);
    assertThat(counts(most.rest())).containsExactly(1, 1, 1, 1);
  }

  @Test
  void aLimitKeepsTheSharesOfTheClasses() {
    int[] labels = new int[1000];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i < 900 ? 0 : i < 990 ? 1 : 3;
    }
    ImageDataset data =
        ImageDataset.of(PIXEL, List.of("a", "b", "none", "d"), labels, new byte[1000]);
    assertThat(counts(Holdout.limited(data, 100, 0))).containsExactly(90, 9, 0, 1);
    assertThat(counts(Holdout.limited(data, 10, 0))).containsExactly(8, 1, 0, 1);
    assertThat(counts(Holdout.limited(data, 3, 0))).containsExactly(1, 1, 0, 1);
    assertThat(counts(Holdout.limited(data, 997, 0))).containsExactly(897, 90, 0, 10);
    assertThat(Holdout.limited(data, 1000, 0)).isSameAs(data);
    assertThat(origins(Holdout.limited(data, 50, 1)))
        .isEqualTo(origins(Holdout.limited(data, 50, 1)))
        .isNotEqualTo(origins(Holdout.limited(data, 50, 2)))
        .doesNotHaveDuplicates();
    assertThatThrownBy(() -> Holdout.limited(data, 2, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("limit must be at least 3, the number of classes, but was 2");
  }

  private static int[] counts(ImageDataset data) {
    int[] counts = new int[data.classes().size()];
    for (int i = 0; i < data.size(); i++) {
      counts[data.label(i)]++;
    }
    return counts;
  }

  private static List<String> origins(ImageDataset data) {
    return java.util.stream.IntStream.range(0, data.size()).mapToObj(data::origin).toList();
  }

  private static List<String> origins(Holdout holdout) {
    return java.util.stream.IntStream.range(0, holdout.part().size())
        .mapToObj(holdout.part()::origin)
        .toList();
  }
}
