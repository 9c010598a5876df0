package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.random.RandomStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LocalSmoothingTest {
  @Test
  void keepsALineOfUnevenPointsAsItIsUpToBothEnds() {
    SplittableRandom random = RandomStream.of(7, "line");
    double[] x = random.doubles(40, 0, 10).sorted().toArray();
    double[] y = Arrays.stream(x).map(value -> 3 - 0.5 * value).toArray();
    LocalSmoothing line = LocalSmoothing.of(x, y, 0.8, 6);
    for (int i = 0; i < x.length; i++) {
      assertThat(line.values()[i]).isCloseTo(y[i], within(1e-9));
      assertThat(line.slopes()[i]).isCloseTo(-0.5, within(1e-6));
    }
  }

  @Test
  void weighsFiveEvenPointsByHand() {
    double[] x = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    double[] y = {0, 1, 2, 3, 4, 6, 8, 10, 12};
    // Nearest 6 of unit spacing reach 3: weights 1, (1 - 1/27)^3, (1 - 8/27)^3.
    double one = Math.pow(26 / 27.0, 3);
    double two = Math.pow(19 / 27.0, 3);
    double expected = (4 + one * (3 + 6) + two * (2 + 8)) / (1 + 2 * one + 2 * two);
    LocalSmoothing smoothing = LocalSmoothing.of(x, y, 0.1, 6);
    assertThat(smoothing.values()[4]).isCloseTo(expected, within(1e-6));
    double carried = Math.sqrt(1 + 2 * one * one + 2 * two * two) / (1 + 2 * one + 2 * two);
    assertThat(smoothing.carries()[4]).isCloseTo(carried, within(1e-6));
  }

  @Test
  void aWiderHalfWidthTakesInMorePointsOfADenseStretch() {
    double[] x = new double[200];
    Arrays.setAll(x, i -> i * 0.01);
    LocalSmoothing narrow = LocalSmoothing.of(x, x, 0.05, 6);
    LocalSmoothing wide = LocalSmoothing.of(x, x, 0.2, 6);
    assertThat(wide.carries()[100]).isLessThan(0.6 * narrow.carries()[100]);
  }

  @Test
  void hasNoLagAndDoesNotOvershootAJump() {
    double[] x = new double[41];
    double[] y = new double[41];
    Arrays.setAll(x, i -> i);
    Arrays.setAll(y, i -> i < 20 ? 1 : 2);
    double[] smooth = LocalSmoothing.of(x, y, 0.1, 8).values();
    assertThat(smooth).isSorted();
    assertThat(smooth[0]).isEqualTo(1);
    assertThat(smooth[40]).isEqualTo(2);
    assertThat((smooth[19] + smooth[20]) / 2).isCloseTo(1.5, within(1e-9));
  }

  @Test
  void removesASingleSpike() {
    double[] x = new double[30];
    double[] y = new double[30];
    Arrays.setAll(x, i -> i);
    Arrays.setAll(y, i -> 10 - 0.1 * i);
    double[] before = LocalSmoothing.of(x, y, 0.1, 6).values();
    y[12] = 1e6;
    double[] after = LocalSmoothing.of(x, y, 0.1, 6).values();
    for (int i = 0; i < x.length; i++) {
      assertThat(after[i]).isCloseTo(before[i], within(0.1));
    }
  }

  @Test
  void runningMedianShrinksTowardsTheEnds() {
    assertThat(LocalSmoothing.runningMedian(new double[] {9, 1, 5, 2, 8}, 5))
        .containsExactly(9, 5, 5, 5, 8);
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(LocalSmoothing.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }
}
