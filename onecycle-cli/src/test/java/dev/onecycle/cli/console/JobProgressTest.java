package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.range.RangeTest;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JobProgressTest {
  @Test
  void theFirstTenClassesAreNamedWithTheirCounts() {
    assertThat(JobProgress.classes(images(2, 5))).isEqualTo("Classes: c0 3, c1 2");
    assertThat(JobProgress.classes(images(10, 10)))
        .isEqualTo("Classes: c0 1, c1 1, c2 1, c3 1, c4 1, c5 1, c6 1, c7 1, c8 1, c9 1");
    assertThat(JobProgress.classes(images(1_011, 2_000_000 / 1_000)))
        .startsWith("Classes: c0 2, c1 2,")
        .endsWith(" c9 2 and 1,001 more");
  }

  /** From 1e-6 to 100 in 120 steps, and to 1000 in 14 more where the loss has not diverged. */
  @Test
  void theTimeLeftIsThatOfTheLongestTests() {
    RangeTest test = RangeTest.atMomentum(0.85);
    assertThat(JobProgress.ratesLeft(0, 3, test, 119)).isEqualTo(14 + 2 * 134);
    assertThat(JobProgress.ratesLeft(2, 3, test, 133)).isZero();
  }

  private static ImageDataset images(int classes, int count) {
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "c" + i).toList();
    int[] labels = IntStream.range(0, count).map(i -> i % classes).toArray();
    return ImageDataset.of(new ImageShape(1, 1, 1), names, labels, new byte[count]);
  }
}
