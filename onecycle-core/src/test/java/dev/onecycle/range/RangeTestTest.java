package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.random.RandomStream;
import dev.onecycle.range.Verdict.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTestTest {
  private static final RangeTest TEST = RangeTest.atMomentum(0.9);

  // Ramp

  @Test
  void theDefaultRampHasFifteenPointsADecadeFromAMillionthToAHundred() {
    assertThat(TEST.rate(0)).isEqualTo(1e-6);
    assertThat(TEST.rate(119)).isEqualTo(100);
    assertThat(TEST.rate(60)).isCloseTo(1e-6 * Math.pow(1e8, 60 / 119.0), within(1e-15));
    assertThat(Math.log(10) / Math.log(TEST.rate(1) / TEST.rate(0)))
        .isCloseTo(119 / 8.0, within(1e-9));
  }

  /**
   * A network that is lost at a rate of 0.5: it knows nothing up to 30, where the loss rises for
   * good. From starts above and at the loss of knowing nothing, with and without that loss.
   */
  @ParameterizedTest
  @CsvSource({"2.53, true", "2.53, false", "2.3, true", "2.3, false", "2.28, true"})
  void aNetworkThatWasLostMakesTheEdgeUncertain(double start, boolean scaled) {
    RangeTest test = scaled ? TEST.withScale(LossScale.of(Math.log(10), 0)) : TEST;
    RangeResult lost = test.run((rate, momentum) -> lost(start, rate, 30));
    assertThat(lost.verdict().kind()).isEqualTo(Kind.UNCERTAIN);
    assertThat(lost.readings().edge().orElseThrow()).isBetween(0.2, 0.6);
    assertThat(lost.verdict().finding())
        .contains("near", "the loss of knowing nothing", "above its edge too soon");
    // Where the loss rises for good soon after, the rate was too high.
    assertThat(test.run((rate, momentum) -> lost(start, rate, 2)).verdict().kind())
        .isEqualTo(Kind.CLEAR);
  }

  private static double lost(double start, double rate, double end) {
    if (rate > end) {
      return 2.35 * Math.pow(rate / end, 2);
    }
    if (rate > 1.2) {
      return start > 2.4 ? 2.4 : 2.33;
    }
    return rate > 0.4 ? 3 : start - (start - 1.9) / (1 + 0.02 / rate);
  }

  @ParameterizedTest
  @CsvSource({"1, 120", "1209, 120", "1210, 121", "2352, 235", "3600, 360", "1000000, 360"})
  void aLongCycleHasALongTest(long cycle, int steps) {
    assertThat(RangeTest.stepsFor(cycle)).isEqualTo(steps);
  }

  @Test
  void aLinearRampRisesByTheSameAmount() {
    RangeTest linear = TEST.withRamp(Ramp.LINEAR).withStart(0.1).withEnd(2.1).withSteps(11);
    assertThat(linear.rate(0)).isEqualTo(0.1);
    assertThat(linear.rate(1)).isCloseTo(0.3, within(1e-12));
    assertThat(linear.rate(5)).isCloseTo(1.1, within(1e-12));
    assertThat(linear.rate(10)).isEqualTo(2.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EXPONENTIAL", "LINEAR"})
  void theExtensionGoesOnWithAsManyPointsADecadeUpToTheLimit(String ramp) {
    RangeTest test =
        TEST.withRamp(Ramp.valueOf(ramp)).withStart(0.01).withEnd(1).withSteps(21).withLimit(100);
    assertThat(test.maxSteps()).isEqualTo(41);
    assertThat(test.rate(30)).isCloseTo(10, within(1e-9));
    assertThat(test.rate(40)).isCloseTo(100, within(1e-9));
  }

  @Test
  void theEngineIsGivenTheRatesAndTheMomentum() {
    List<Double> rates = new ArrayList<>();
    RangeResult result =
        TEST.withMomentum(0.85)
            .withLimit(100)
            .run(
                (rate, momentum) -> {
                  assertThat(momentum).isEqualTo(0.85);
                  rates.add(rate);
                  return 2.3;
                });
    assertThat(rates).hasSize(120).isSorted();
    assertThat(result.points()).extracting(RangePoint::learningRate).isEqualTo(rates);
    assertThat(result.points()).extracting(RangePoint::step).first().isEqualTo(0);
    assertThat(result.momentum()).isEqualTo(0.85);
    assertThat(result.stop().extended()).isFalse();
    assertThat(result.stop().reason()).isEqualTo(StopReason.REACHED_END);
    assertThat(result.verdict().kind()).isEqualTo(Kind.FLAT);
  }

  // Stopping

  @Test
  void smoothsWithBiasCorrection() {
    RangeResult result = losses(TEST.withSmoothing(0.5).withLimit(100), 4, 2, 1, 1);
    assertThat(result.points()).extracting(RangePoint::smoothed).startsWith(4.0);
    assertThat(result.points().get(1).smoothed()).isCloseTo(2 / 0.75, within(1e-12));
    assertThat(result.points().get(2).smoothed()).isCloseTo(1.5 / 0.875, within(1e-12));
  }

  /**
   * Ten losses near 2, 0.01 apart, then a fall to 1: with a factor of 10 and no smoothing it has
   * diverged above 1 + 10 · (2 − 1) = 11, when two losses are.
   */
  @Test
  void stopsWhenTheLossRoseByTenTimesItsFall() {
    double[] losses = {2, 2.01, 2, 2.01, 2, 2.01, 2, 2.01, 2, 2.01, 1, 11, 11, 11.1, 11.1, 1};
    RangeResult above = losses(TEST.withSmoothing(0), losses);
    assertThat(above.stop().reason()).isEqualTo(StopReason.DIVERGED);
    assertThat(above.points()).hasSize(15);
    losses[14] = 11;
    assertThat(losses(TEST.withSmoothing(0), losses).stop().reason())
        .isEqualTo(StopReason.REACHED_END);
  }

  /** Its fall is at least three times the scatter of the first losses, here 3 · 0.1. */
  @Test
  void noiseDoesNotStopATestBeforeAnythingWasLearned() {
    double[] losses = {2, 2.1, 2, 2.1, 2, 2.1, 2, 2.1, 2, 2.1, 5, 5, 2.1};
    assertThat(losses(TEST.withSmoothing(0), losses).stop().reason())
        .isEqualTo(StopReason.REACHED_END);
    losses[10] = 5.1;
    losses[11] = 5.1;
    assertThat(losses(TEST.withSmoothing(0), losses).points()).hasSize(12);
  }

  /**
   * A network that starts with false confidence has fallen only from the loss of knowing nothing.
   */
  @Test
  void theFallIsMeasuredFromTheLossOfKnowingNothing() {
    double[] losses = {9, 9.01, 9, 9.01, 9, 9.01, 9, 9.01, 9, 9.01, 1, 15, 15, 1};
    assertThat(losses(TEST.withSmoothing(0), losses).stop().reason())
        .isEqualTo(StopReason.REACHED_END);
    RangeTest told = TEST.withSmoothing(0).withScale(LossScale.of(2, 0));
    assertThat(losses(told, losses).points()).hasSize(13);
  }

  @Test
  void theFirstPointIsNeverTheBest() {
    double[] losses = {0.1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 2};
    assertThat(losses(TEST.withSmoothing(0), losses).points()).hasSize(13);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void stopsAtTheFirstLossThatIsNotFiniteAndKeepsIt(double bad) {
    RangeResult result = losses(TEST, 2, 2, 2, bad, 2);
    assertThat(result.stop().reason()).isEqualTo(StopReason.NON_FINITE);
    assertThat(result.points()).hasSize(4);
    assertThat(Double.compare(result.points().get(3).loss(), bad)).isZero();
    assertThat(result.verdict().kind()).isEqualTo(Kind.DIVERGED_AT_ONCE);
    assertThat(result.verdict().explanation()).contains("4 steps");
  }

  @Test
  void isExtendedWhereTheLossHasNotDiverged() {
    RangeResult result = losses(TEST.withEnd(1), 2.3);
    assertThat(result.stop().extended()).isTrue();
    assertThat(result.points().get(result.points().size() - 1).learningRate())
        .isCloseTo(1000, within(120.0));
    assertThat(result.stop().reason()).isEqualTo(StopReason.REACHED_END);
  }

  @Test
  void findsTheEdgeInTheExtensionOfTheRange() {
    RangeResult result = TEST.withEnd(0.5).run(SyntheticNet.falling(3, 5, 2.3, 1.2, 0.02));
    assertThat(result.stop().extended()).isTrue();
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(result.readings().edge().orElseThrow()).isBetween(5 / 1.5, 5 * 1.5);
  }

  // A real optimizer

  @Test
  void theEdgeOfANoisyQuadraticIsItsStabilityLimit() {
    // SGD without momentum on 4 w^2 / 2 is stable up to a rate of 2 / 4.
    for (long seed = 0; seed < 50; seed++) {
      SplittableRandom random = RandomStream.of(seed, "quadratic");
      double[] w = {1};
      RangeResult result =
          TEST.withMomentum(0)
              .withSteps(500)
              .run(
                  (rate, momentum) -> {
                    double loss = 0.2 + 2 * w[0] * w[0];
                    w[0] -= rate * 4 * (w[0] + 0.05 * random.nextGaussian());
                    return loss;
                  });
      assertThat(result.verdict().kind()).as("seed " + seed).isEqualTo(Kind.CLEAR);
      assertThat(result.readings().edge().orElseThrow()).as("seed " + seed).isBetween(0.33, 0.75);
    }
  }

  @Test
  void logisticRegressionShowsAReadableCurve() {
    RangeResult result = TEST.run(new LogisticEngine(1));
    assertThat(result.stop().reason()).isIn(StopReason.DIVERGED, StopReason.NON_FINITE);
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    double edge = result.readings().edge().orElseThrow();
    assertThat(result.readings().steepest().orElseThrow()).isLessThan(edge);
    assertThat(edge).isBetween(0.3, 30.0);
  }

  // Settings

  @Test
  void refusesSettingsThatMakeNoSenseByName() {
    refused(test -> test.withStart(0), "range start must be positive and finite but was 0");
    refused(test -> test.withEnd(1e-6), "range end must be above its start");
    refused(test -> test.withEnd(Double.NaN), "range end");
    refused(test -> test.withLimit(99), "range limit must be at least 100 but was 99");
    refused(test -> test.withSteps(9), "range steps must be at least 10 but was 9");
    refused(test -> test.withMomentum(1), "momentum must be in [0, 1) but was 1");
    refused(test -> test.withSmoothing(-0.1), "range smoothing must be in [0, 1) but was -0.1");
    refused(
        test -> test.withStopFactor(0), "range stop factor must be positive and finite but was 0");
    refused(
        test -> test.withScale(LossScale.of(0, 0)), "lowest loss must be below the chance loss");
  }

  @Test
  void anEndAboveTheLimitRaisesIt() {
    assertThat(TEST.withEnd(5000).limit()).isEqualTo(5000);
  }

  @Test
  void refusesPointsOutOfOrder() {
    List<RangePoint> points = List.of(new RangePoint(0, 0.1, 2, 2), new RangePoint(1, 0.1, 2, 2));
    assertThatThrownBy(
            () ->
                RangeResult.of(points, RangeStop.of(StopReason.REACHED_END), 0.9, Optional.empty()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("learning rate of point 1 must be above 0.1 but was 0.1");
  }

  private static void refused(UnaryOperator<RangeTest> change, String message) {
    assertThatThrownBy(() -> change.apply(TEST))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message);
  }

  /** Runs on given losses, of which the last repeats. */
  private static RangeResult losses(RangeTest test, double... losses) {
    AtomicInteger next = new AtomicInteger();
    return test.run(
        (rate, momentum) -> losses[Math.min(next.getAndIncrement(), losses.length - 1)]);
  }
}
