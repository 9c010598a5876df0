package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import java.util.Arrays;
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
        .hasMessage("number of losses must be that of the rates, 2 but was 3");
  }
}
