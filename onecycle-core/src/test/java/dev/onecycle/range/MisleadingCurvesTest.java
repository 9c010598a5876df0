package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.random.RandomStream;
import dev.onecycle.range.Verdict.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Curves made to mislead: none may be read as a rate that would not train. */
class MisleadingCurvesTest {
  private static final LossScale TEN_CLASSES = LossScale.of(Math.log(10), 0);
  private static final RangeTest TEST = RangeTest.atMomentum(0.9);

  // A constant added to the loss

  @ParameterizedTest(name = "{0} added")
  @ValueSource(doubles = {-1000, -5, -3, 0, 1000})
  void aConstantAddedToTheLossChangesNothing(double constant) {
    for (long seed = 0; seed < 20; seed++) {
      double edge = Math.pow(10, RandomStream.of(seed, "edge").nextDouble(-1, 1.2));
      RangeResult plain = TEST.run(SyntheticNet.falling(seed, edge, 2.3, 0.9, 0.05));
      SyntheticNet same = SyntheticNet.falling(seed, edge, 2.3, 0.9, 0.05);
      RangeResult moved = TEST.run((rate, momentum) -> same.step(rate, momentum) + constant);
      assertSameReading(moved, plain);
      assertThat(moved.readings().edge().orElseThrow() / edge).isBetween(0.5, 2.0);
    }
  }

  @ParameterizedTest(name = "{0} added to the loss and to its scale")
  @ValueSource(doubles = {-1000, -5, -3, 1000})
  void aConstantAddedToTheLossAndItsScaleChangesNothing(double constant) {
    LossScale scale = LossScale.of(TEN_CLASSES.chance() + constant, constant);
    for (long seed = 0; seed < 20; seed++) {
      RangeResult plain = TEST.withScale(TEN_CLASSES).run(SyntheticNet.tenClasses(seed, 0.05, 0));
      SyntheticNet same = SyntheticNet.tenClasses(seed, 0.05, 0);
      RangeResult moved =
          TEST.withScale(scale).run((rate, momentum) -> same.step(rate, momentum) + constant);
      assertSameReading(moved, plain);
    }
  }

  private static void assertSameReading(RangeResult moved, RangeResult plain) {
    assertThat(moved.points()).hasSameSizeAs(plain.points());
    assertThat(moved.stop()).isEqualTo(plain.stop());
    assertThat(moved.verdict().kind()).isEqualTo(plain.verdict().kind());
    double edge = plain.readings().edge().orElseThrow();
    assertThat(moved.readings().edge().orElseThrow()).isCloseTo(edge, within(1e-6 * edge));
    assertThat(moved.readings().minimum()).isEqualTo(plain.readings().minimum());
  }

  // Nothing to learn

  /**
   * Labels that have nothing to do with the inputs: at best the network learns their shares. Of 500
   * seeds at most so many suggest a rate; with one image of a hundred in the rare class, twelve
   * batches without any happen by chance.
   */
  @ParameterizedTest(name = "a share of {0}, {1} as the learning rate of the shares")
  @CsvSource({
    "0.5, 0.3, 0",
    "0.89, 0.3, 1",
    "0.95, 0.3, 1",
    "0.95, 3, 1",
    "0.99, 0.3, 10",
    "0.99, 0.03, 10"
  })
  void labelsThatAreNoiseSuggestNothing(double share, double bias, long atMost) {
    LossScale scale =
        LossScale.ofClasses(
            new long[] {Math.round(1000 * share), Math.round(1000 * (1 - share))}, 0, 64);
    long suggested =
        LongStream.range(0, 500)
            .filter(
                seed ->
                    TEST.withScale(scale)
                        .run(sharesOnly(seed, share, bias))
                        .suggestion()
                        .isPresent())
            .count();
    assertThat(suggested).isLessThanOrEqualTo(atMost);
  }

  /**
   * Learns the shares of the classes by a bias alone, from batches of 64. Diverges beyond a rate of
   * 1 / bias.
   */
  private static StepFunction sharesOnly(long seed, double share, double bias) {
    SplittableRandom random = RandomStream.of(seed, "noise labels");
    double[] logit = {0};
    double[] velocity = {0};
    return (rate, momentum) -> {
      int first = 0;
      for (int i = 0; i < 64; i++) {
        first += random.nextDouble() < share ? 1 : 0;
      }
      double p = 1 / (1 + Math.exp(-logit[0]));
      double found = first / 64.0;
      double loss =
          -found * Math.log(Math.max(p, 1e-12)) - (1 - found) * Math.log(Math.max(1 - p, 1e-12));
      velocity[0] = momentum * velocity[0] + bias * (p - found);
      logit[0] -= rate * velocity[0];
      return loss * (rate * bias > 10 ? Math.pow(rate * bias / 10, 4) : 1);
    };
  }

  /** The same points read again, with the scale of their loss, give the same answer. */
  @Test
  void aRecordedCurveIsReadAsTheLiveOneWas() {
    RangeTest test = TEST.withScale(LossScale.ofClasses(new long[] {50, 50}, 0, 64));
    RangeResult live = test.run(sharesOnly(3, 0.5, 0.3));
    RangeResult read = RangeResult.of(live.points(), live.stop(), live.momentum(), live.scale());
    assertThat(read).isEqualTo(live);
    assertThat(read.verdict().kind()).isEqualTo(Kind.NOTHING_LEARNED);
    assertThat(read.verdict().explanation()).contains("nothing").doesNotContain("range lower");
  }

  /** A net that starts at 272 and ends at 2.3 has only unlearned its false confidence. */
  @Test
  void aFallDownToTheLossOfKnowingNothingIsNoLearning() {
    SplittableRandom random = RandomStream.of(1, "confident");
    double[] losses = new double[80];
    Arrays.setAll(
        losses,
        i -> {
          double calm = Math.max(2.32, 272 * Math.exp(-i / 6.0)) + 0.03 * random.nextGaussian();
          return i < 70 ? calm : calm * Math.pow(3, i - 69);
        });
    RangeResult told = read(StopReason.DIVERGED, Optional.of(TEN_CLASSES), losses);
    assertThat(told.verdict().kind()).isEqualTo(Kind.NOTHING_LEARNED);
    for (int i = 40; i < 70; i++) {
      losses[i] -= 0.8;
    }
    RangeResult learned = read(StopReason.DIVERGED, Optional.of(TEN_CLASSES), losses);
    assertThat(learned.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(learned.readings().edge().orElseThrow()).isBetween(rate(66), rate(71));
  }

  // One loss alone

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
  void oneLossThatIsNoNumberInAFallingCurveSuggestsNothing(double bad) {
    SyntheticNet net = SyntheticNet.falling(4, 5.5, 2.3, 1.2, 0.05);
    RangeResult result =
        TEST.withScale(TEN_CLASSES)
            .run((rate, momentum) -> rate > 0.4 ? bad : net.step(rate, momentum));
    assertThat(result.verdict().kind()).isEqualTo(Kind.SINGLE_LOSS);
    assertThat(result.suggestion()).isEmpty();
    assertThat(result.verdict().explanation())
        .startsWith("A loss that is no finite number ended the test at learning rate 0.4")
        .contains("had not risen");
  }

  @ParameterizedTest(name = "a loss of {0} at step {1}")
  @CsvSource({"1e6, 60", "1e6, 75", "50, 80", "1e12, 40", "1e6, 5"})
  void oneSpikeDoesNotEndATest(double spike, int at) {
    SyntheticNet net = SyntheticNet.falling(4, 5.5, 2.3, 1.2, 0.05);
    AtomicInteger step = new AtomicInteger();
    RangeResult result =
        TEST.withScale(TEN_CLASSES)
            .run(
                (rate, momentum) -> {
                  double loss = net.step(rate, momentum);
                  return step.getAndIncrement() == at ? spike : loss;
                });
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(result.readings().edge().orElseThrow()).isBetween(5.5 / 1.5, 5.5 * 1.5);
  }

  /** As other finders record it: they stop at the spike. */
  @Test
  void aRecordedCurveThatASpikeEndedSuggestsNothing() {
    SyntheticNet net = SyntheticNet.falling(4, 5.5, 2.3, 1.2, 0.05);
    double[] losses = new double[86];
    Arrays.setAll(losses, i -> i == 85 ? 1e6 : net.step(rate(i), 0.9));
    for (Optional<LossScale> scale :
        List.of(Optional.<LossScale>empty(), Optional.of(TEN_CLASSES))) {
      RangeResult result = read(StopReason.DIVERGED, scale, losses);
      assertThat(result.verdict().kind()).isEqualTo(Kind.SINGLE_LOSS);
      assertThat(result.suggestion()).isEmpty();
    }
  }

  @Test
  void seedsThatEndAtDifferentRatesSuggestNothing() {
    List<RangeResult> runs =
        LongStream.range(0, 3)
            .mapToObj(
                seed -> {
                  SyntheticNet net = SyntheticNet.falling(seed, 5.5, 2.3, 1.2, 0.05);
                  double end = 0.2 * Math.pow(3.5, seed);
                  return TEST.withScale(TEN_CLASSES)
                      .run((rate, m) -> rate > end ? Double.NaN : net.step(rate, m));
                })
            .toList();
    RangeSummary summary = RangeSummary.of(runs);
    assertThat(summary.suggestion()).isEmpty();
    assertThat(summary.verdict().explanation()).contains("disagree");
  }

  // A rise long before the edge

  /**
   * The lowest loss is at 0.07, more than half of the fall is given back at 1, the edge is at 8.
   */
  @Test
  void anEdgeLongAfterTheLossRoseIsUncertain() {
    double[] losses = new double[110];
    Arrays.setAll(
        losses,
        i -> {
          double x = Math.log10(rate(i));
          double fallen = 1.0 / (1 + Math.exp((-2 - x) / 0.2));
          double given = 0.58 / (1 + Math.exp((-0.6 - x) / 0.1));
          double bump = 0.6 * Math.exp(-Math.pow((x + 0.3) / 0.2, 2));
          double past = x - Math.log10(8);
          return 2.3 - fallen + given + bump + (past > 0 ? 60 * past * past : 0);
        });
    RangeResult result = read(StopReason.DIVERGED, Optional.of(TEN_CLASSES), losses);
    assertThat(result.readings().minimum().orElseThrow()).isBetween(0.03, 0.15);
    assertThat(result.readings().edge().orElseThrow()).isBetween(6.0, 12.0);
    assertThat(result.verdict().kind()).isEqualTo(Kind.UNCERTAIN);
    assertThat(result.verdict().explanation()).contains("uncertain").contains("compare short runs");
    assertThat(result.suggestion()).isPresent();
  }

  private static double rate(int i) {
    return TEST.rate(i);
  }

  private static RangeResult read(StopReason stopped, Optional<LossScale> scale, double... losses) {
    List<RangePoint> points =
        IntStream.range(0, losses.length)
            .mapToObj(i -> new RangePoint(i, rate(i), losses[i], losses[i]))
            .toList();
    return RangeResult.of(points, RangeStop.of(stopped), 0.9, scale);
  }
}
