package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.random.RandomStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LossSmoothingTest {
  /** Rates of 15 a decade from 1. */
  private static double[] rates(int n) {
    return IntStream.range(0, n).mapToDouble(i -> Math.pow(10, i / 15.0)).toArray();
  }

  private static double[] smooth(int n, DoubleUnaryOperator lossOfDecade) {
    double[] losses = Arrays.stream(rates(n)).map(Math::log10).map(lossOfDecade).toArray();
    return LossSmoothing.smooth(rates(n), losses);
  }

  @Test
  void aStraightLineOverTheLogarithmStaysWhereItIs() {
    double[] smooth = smooth(40, decade -> 3 - 2 * decade);

    for (int i = 0; i < smooth.length; i++) {
      assertThat(smooth[i]).isEqualTo(3 - 2 * i / 15.0, within(1e-9));
    }
  }

  @Test
  void theLowestPointStaysWhereItIs() {
    double[] smooth = smooth(61, decade -> (decade - 2) * (decade - 2));

    assertThat(smooth[30]).isEqualTo(Arrays.stream(smooth).min().orElseThrow());
  }

  @Test
  void aSingleSpikeLeavesNoTrace() {
    double[] losses = new double[40];
    Arrays.fill(losses, 1);
    losses[20] = 100;

    assertThat(LossSmoothing.smooth(rates(40), losses))
        .containsOnly(new double[] {1}, within(1e-9));
  }

  @Test
  void fewAndCoincidingPointsAreSmoothedWithoutDivisionByZero() {
    assertThat(LossSmoothing.smooth(new double[0], new double[0])).isEmpty();
    assertThat(LossSmoothing.smooth(new double[] {1}, new double[] {2})).containsExactly(2);
    assertThat(LossSmoothing.smooth(new double[] {1, 1, 1}, new double[] {2, 4, 6}))
        .containsExactly(new double[] {4, 4, 4}, within(1e-9));
  }

  @Test
  void everyRateNeedsALoss() {
    assertThatThrownBy(() -> LossSmoothing.smooth(new double[2], new double[3]))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("number of losses must be the number of rates, 2 but was 3");
  }

  @Test
  void keepsALineOfUnevenPointsAsItIsUpToBothEnds() {
    SplittableRandom random = RandomStream.of(7, "line");
    double[] x = random.doubles(40, 0, 10).sorted().toArray();
    double[] y = Arrays.stream(x).map(value -> 3 - 0.5 * value).toArray();
    LossSmoothing line = LossSmoothing.of(x, y, 0.8, 6);
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
    LossSmoothing smoothing = LossSmoothing.of(x, y, 0.1, 6);
    assertThat(smoothing.values()[4]).isCloseTo(expected, within(1e-6));
    double carried = Math.sqrt(1 + 2 * one * one + 2 * two * two) / (1 + 2 * one + 2 * two);
    assertThat(smoothing.noiseKept()[4]).isCloseTo(carried, within(1e-6));
  }

  @Test
  void aWiderHalfWidthTakesInMorePointsOfADenseStretch() {
    double[] x = new double[200];
    Arrays.setAll(x, i -> i * 0.01);
    LossSmoothing narrow = LossSmoothing.of(x, x, 0.05, 6);
    LossSmoothing wide = LossSmoothing.of(x, x, 0.2, 6);
    assertThat(wide.noiseKept()[100]).isLessThan(0.6 * narrow.noiseKept()[100]);
  }

  @Test
  void hasNoLagAndDoesNotOvershootAJump() {
    double[] x = new double[41];
    double[] y = new double[41];
    Arrays.setAll(x, i -> i);
    Arrays.setAll(y, i -> i < 20 ? 1 : 2);
    double[] smooth = LossSmoothing.of(x, y, 0.1, 8).values();
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
    double[] before = LossSmoothing.of(x, y, 0.1, 6).values();
    y[12] = 1e6;
    double[] after = LossSmoothing.of(x, y, 0.1, 6).values();
    for (int i = 0; i < x.length; i++) {
      assertThat(after[i]).isCloseTo(before[i], within(0.1));
    }
  }

  @Test
  void runningMedianShrinksTowardsTheEnds() {
    assertThat(LossSmoothing.runningMedian(new double[] {9, 1, 5, 2, 8}, 5))
        .containsExactly(9, 5, 5, 5, 8);
  }

  @Test
  void medianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(LossSmoothing.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
  }
}
