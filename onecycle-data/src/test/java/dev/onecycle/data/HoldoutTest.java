package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoldoutTest {
  private static final ImageShape PIXEL = new ImageShape(1, 1, 1);

  @Test
  void aTenthOfEachClassIsHeldOutAndTheRestIsTheRest() {
    ImageDataset data = TestDatasets.random(1000, PIXEL, 4);
    Holdout holdout = Holdout.of(data, 3);
    assertThat(holdout.tenth().size()).isEqualTo(100);
    assertThat(holdout.rest().size()).isEqualTo(900);
    int[] counts = new int[4];
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      counts[holdout.tenth().label(i)]++;
      seen.add(holdout.tenth().origin(i));
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
    Holdout holdout = Holdout.of(data, 0);
    assertThat(holdout.tenth().size()).isEqualTo(2);
    assertThat(holdout.tenth().label(0)).isEqualTo(1);
    assertThat(holdout.tenth().label(1)).isEqualTo(2);
    assertThat(holdout.rest().label(0)).isZero();
  }

  @Test
  void theSeedDecides() {
    ImageDataset data = TestDatasets.random(200, PIXEL, 2);
    assertThat(origins(Holdout.of(data, 1))).isEqualTo(origins(Holdout.of(data, 1)));
    assertThat(origins(Holdout.of(data, 1))).isNotEqualTo(origins(Holdout.of(data, 2)));
  }

  @Test
  void pixelsGoWithTheirImage() {
    ImageDataset data = TestDatasets.random(50, new ImageShape(3, 2, 2), 2);
    ImageDataset tenth = Holdout.of(data, 1).tenth();
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
    assertThatThrownBy(() -> Holdout.of(data, 0)).isInstanceOf(BadDataException.class);
  }

  private static List<String> origins(Holdout holdout) {
    return java.util.stream.IntStream.range(0, holdout.tenth().size())
        .mapToObj(holdout.tenth()::origin)
        .toList();
  }
}
