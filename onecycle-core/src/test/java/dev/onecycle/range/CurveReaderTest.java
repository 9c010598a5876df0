package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.onecycle.random.RandomStream;
import dev.onecycle.range.Verdict.Kind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CurveReaderTest {
  private static final RangeTest TEST = RangeTest.atMomentum(0.9);
  private static final int CURVES = 400;

  // Measured curves

  @ParameterizedTest(name = "weight decay {0} leaves for good near {1}")
  @CsvSource({"1e-2, 3", "1e-3, 6", "1e-4, 12"})
  void readsTheEdgeOfMeasuredCurvesWhereAPersonDoes(String weightDecay, double edge) {
    RangeResult result = Curves.resnet20(weightDecay);
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(result.readings().edge().orElseThrow()).isBetween(edge / 1.5, edge * 1.5);
    assertThat(result.suggestion().orElseThrow())
        .isEqualTo(result.readings().edge().orElseThrow() / 10);
  }

  @Test
  void lessWeightDecayHasTheHigherEdgeOnMeasuredCurves() {
    assertThat(
            List.of("1e-2", "1e-3", "1e-4").stream()
                .map(decay -> Curves.resnet20(decay).readings().edge().orElseThrow()))
        .isSorted();
  }

  @ParameterizedTest(name = "without the last {0} points")
  @ValueSource(ints = {1, 2, 3, 4})
  void theEdgeOfMeasuredCurvesDoesNotHangOnTheirLastPoints(int dropped) {
    for (String weightDecay : List.of("1e-2", "1e-3", "1e-4")) {
      RangeResult whole = Curves.resnet20(weightDecay);
      int kept = whole.points().size() - dropped;
      RangeResult cut =
          RangeResult.of(whole.points().subList(0, kept), StopReason.DIVERGED, false, 0.85);
      assertThat(cut.readings().edge().orElseThrow())
          .isCloseTo(whole.readings().edge().orElseThrow(), withinPercentage(10));
    }
  }

  @ParameterizedTest(name = "every second point, from {0}")
  @ValueSource(ints = {0, 1})
  void theEdgeOfMeasuredCurvesIsThereInHalfTheirPointsToo(int from) {
    for (String weightDecay : List.of("1e-2", "1e-3", "1e-4")) {
      RangeResult whole = Curves.resnet20(weightDecay);
      List<RangePoint> half =
          whole.points().stream().filter(point -> point.step() % 2 == from).toList();
      double edge =
          RangeResult.of(half, StopReason.DIVERGED, false, 0.85).readings().edge().orElseThrow();
      assertThat(edge / whole.readings().edge().orElseThrow())
          .as(weightDecay)
          .isBetween(1 / 1.5, 1.5);
    }
  }

  @Test
  void readsTheFirstDescentOfMeasuredCurves() {
    Readings readings = Curves.resnet20("1e-4").readings();
    assertThat(readings.steepest().orElseThrow()).isBetween(0.002, 0.02);
    assertThat(readings.valley().orElseThrow()).isBetween(0.008, 0.04);
    assertThat(readings.minimum().orElseThrow()).isBetween(0.03, 0.2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"smith-range3Iter20kFig2b.csv", "smith-clr3SS5kFig1a.csv"})
  void smithsRangeTestsShowNoEdgeUpToThree(String file) {
    List<RangePoint> points = Curves.measured(file, "train", rate -> true);
    int peak = 0;
    while (peak + 1 < points.size()
        && points.get(peak + 1).learningRate() > points.get(peak).learningRate()) {
      peak++;
    }
    RangeResult result =
        RangeResult.of(points.subList(0, peak + 1), StopReason.REACHED_END, false, 0.9);
    assertThat(points.get(peak).learningRate()).isCloseTo(3, within(0.06));
    assertThat(result.verdict().kind()).isEqualTo(Kind.NO_EDGE);
    assertThat(result.verdict().explanation()).contains("never rose for good").contains("safe");
    assertThat(result.readings().edge()).isEmpty();
    assertThat(result.readings().minimum()).isPresent();
    assertThat(result.suggestion()).isEmpty();
  }

  @Test
  void smithsRunThatFailsOfTooMuchWeightDecayHasAnEdge() {
    List<RangePoint> points =
        Curves.measured("smith-clr3SS5kWD-3Fig11.csv", "train", rate -> true).subList(0, 51);
    RangeResult result = RangeResult.of(points, StopReason.REACHED_END, false, 0.9);
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(result.readings().edge().orElseThrow()).isBetween(1.5, 2.5);
  }

  // Curves whose edge is known by construction

  @ParameterizedTest(name = "noise {0}, spikes {1}: at least {2} within a factor 1.5")
  @CsvSource({
    "0.00, 0.00, 0.97",
    "0.03, 0.00, 0.97",
    "0.05, 0.02, 0.97",
    "0.10, 0.00, 0.97",
    "0.10, 0.02, 0.97",
    "0.15, 0.02, 0.96",
    "0.20, 0.00, 0.95",
    "0.25, 0.00, 0.90",
    "0.30, 0.00, 0.80",
  })
  void readsAKnownEdge(double noise, double spikes, double atLeast) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      SyntheticNet net = SyntheticNet.tenClasses(seed, noise, spikes);
      tally.count(seed, TEST.run(net), net.edge());
    }
    tally.print("noise " + noise + ", spikes " + spikes);
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(atLeast);
  }

  @ParameterizedTest(name = "{0} steps")
  @ValueSource(ints = {50, 80, 300, 1000})
  void readsAKnownEdgeAtAnyDensityOfPoints(int steps) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES / 4; seed++) {
      SyntheticNet net = SyntheticNet.tenClasses(seed, 0.05, 0.01);
      tally.count(seed, TEST.withSteps(steps).run(net), net.edge());
    }
    tally.print(steps + " steps");
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.95);
  }

  @ParameterizedTest(name = "from {0} down to {1}")
  @CsvSource({"4.6, 4.0", "6.9, 6.2", "0.69, 0.4", "2.3, 0.1"})
  void readsAKnownEdgeOfShallowAndDeepCurves(double start, double base) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES / 4; seed++) {
      double edge = Math.pow(10, RandomStream.of(seed, "edge").nextDouble(-1.5, 0.17));
      SyntheticNet net = SyntheticNet.falling(seed, edge, start, base, 0.03);
      tally.count(seed, TEST.run(net), edge);
    }
    tally.print("from " + start + " down to " + base);
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.95);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.3, 0.5, 0.7})
  void aNumberGivenInSpiteOfHeavyNoiseIsSeldomWrong(double noise) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      SyntheticNet net = SyntheticNet.tenClasses(seed, noise, 0);
      tally.count(seed, TEST.run(net), net.edge());
    }
    tally.print("heavy noise " + noise);
    assertThat(tally.wrong()).as(tally.toString()).isLessThanOrEqualTo(0.05);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {1, 2})
  void hopelessNoiseIsNoisyAndNotAWrongNumber(double noise) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      SyntheticNet net = SyntheticNet.tenClasses(seed, noise, 0);
      tally.count(seed, TEST.run(net), net.edge());
    }
    tally.print("hopeless noise " + noise);
    assertThat(tally.share(Kind.NOISY)).as(tally.toString()).isGreaterThan(0.88);
    assertThat(tally.wrong()).as(tally.toString()).isLessThanOrEqualTo(0.015);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.02, 0.1, 0.15})
  void aBumpThatPassesIsNoEdge(double noise) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      SyntheticNet net = SyntheticNet.falling(seed, 20, 2.3, 1.5, noise);
      tally.count(seed, TEST.withEnd(3).withLimit(3).run(net), Double.NaN);
    }
    tally.print("bump, no edge, noise " + noise);
    assertThat(tally.share(Kind.NO_EDGE)).as(tally.toString()).isGreaterThanOrEqualTo(0.97);
    assertThat(tally.share(Kind.CLEAR)).as(tally.toString()).isLessThanOrEqualTo(0.005);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.0, 0.05, 0.2})
  void aLossThatNeverMovesIsFlat(double noise) {
    Tally tally =
        tally(
            seed -> {
              SplittableRandom random = RandomStream.of(seed, "flat");
              double[] losses = new double[120];
              Arrays.setAll(losses, i -> 2.3 + noise * random.nextGaussian());
              return Curves.read(1e-6, 1, StopReason.REACHED_END, losses);
            });
    tally.print("flat, noise " + noise);
    assertThat(tally.share(Kind.FLAT)).as(tally.toString()).isGreaterThan(0.9);
    assertThat(tally.share(Kind.CLEAR)).as(tally.toString()).isLessThanOrEqualTo(0.01);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.0, 0.05, 0.1})
  void aLossThatLeavesBeforeItFallsDivergedAtOnce(double noise) {
    double[] rise = {1.5, 2, 4, 10, 40, 400};
    Tally tally =
        tally(
            seed -> {
              SplittableRandom random = RandomStream.of(seed, "at once");
              int calm = random.nextInt(1, 40);
              double[] losses = new double[calm + rise.length];
              Arrays.setAll(
                  losses,
                  i -> (2.3 + noise * random.nextGaussian()) * (i < calm ? 1 : rise[i - calm]));
              return Curves.read(1e-2, 10, StopReason.DIVERGED, losses);
            });
    tally.print("diverged at once, noise " + noise);
    assertThat(tally.share(Kind.DIVERGED_AT_ONCE)).as(tally.toString()).isGreaterThan(0.95);
  }

  @Test
  void aDeadNetThatNeverDivergesHasAnEdgeAllTheSame() {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      SyntheticNet net = SyntheticNet.tenClasses(seed, 0.03, 0);
      StepFunction dying =
          (rate, momentum) ->
              rate > 1.3 * net.edge() ? Math.log(10) : Math.min(net.step(rate, momentum), 2.4);
      RangeResult result = TEST.run(dying);
      assertThat(result.stopped()).isEqualTo(StopReason.REACHED_END);
      assertThat(result.extended()).isTrue();
      tally.count(seed, result, net.edge());
    }
    tally.print("dead net");
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.97);
  }

  @Test
  void aFirstNaNIsTheEdge() {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      SyntheticNet net = SyntheticNet.tenClasses(seed, 0.05, 0);
      RangeResult result =
          TEST.run((rate, m) -> rate > net.edge() ? Double.NaN : net.step(rate, m));
      assertThat(result.stopped()).isEqualTo(StopReason.NON_FINITE);
      tally.count(seed, result, net.edge());
    }
    tally.print("NaN at the edge");
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.97);
  }

  // Single curves

  @Test
  void noEdgeIsClaimedForARiseOfTheLastTwoPoints() {
    double[] losses = descent();
    losses[losses.length - 2] = 2.2;
    losses[losses.length - 1] = 2.4;
    assertThat(Curves.read(1e-4, 1, StopReason.REACHED_END, losses).verdict().kind())
        .isEqualTo(Kind.NO_EDGE);
    assertThat(Curves.read(1e-4, 1, StopReason.DIVERGED, losses).verdict().kind())
        .isEqualTo(Kind.CLEAR);
  }

  @Test
  void aSpikeMovesNoReading() {
    double[] losses = descent();
    Readings before = Curves.read(1e-4, 1, StopReason.REACHED_END, losses).readings();
    losses[45] = 50;
    Readings after = Curves.read(1e-4, 1, StopReason.REACHED_END, losses).readings();
    assertThat(after).isEqualTo(before);
  }

  @Test
  void theSteepestPointOfASigmoidIsItsMiddle() {
    double[] losses = new double[121];
    Arrays.setAll(losses, i -> 2.3 - 1 / (1 + Math.exp((60 - i) / 8.0)));
    Readings readings = Curves.read(1e-4, 1, StopReason.REACHED_END, losses).readings();
    assertThat(readings.steepest().orElseThrow()).isCloseTo(1e-2, within(1e-9));
  }

  @Test
  void theValleyIsTwoThirdsDownTheLongestDescent() {
    double[] losses = new double[61];
    Arrays.setAll(losses, i -> i < 30 ? 2.3 : 2.3 - 0.04 * (i - 30));
    double valley =
        Curves.read(1e-6, 1, StopReason.REACHED_END, losses).readings().valley().orElseThrow();
    assertThat(Math.log10(valley)).isCloseTo(-1, within(0.2));
  }

  @Test
  void aLossStillFallingAtTheEndHasNoMinimum() {
    Readings readings =
        Curves.read(1e-4, 1, StopReason.REACHED_END, descending(60, 2.3, 1.0)).readings();
    assertThat(readings.minimum()).isEmpty();
    assertThat(readings.steepest()).isPresent();
  }

  @Test
  void constantZeroLossIsFlat() {
    RangeResult result = Curves.read(1e-4, 1, StopReason.REACHED_END, new double[30]);
    assertThat(result.verdict().kind()).isEqualTo(Kind.FLAT);
  }

  private static double[] descent() {
    double[] losses = new double[60];
    Arrays.setAll(losses, i -> 2.3 - 0.8 / (1 + Math.exp((25 - i) / 4.0)));
    return losses;
  }

  private static double[] descending(int n, double from, double to) {
    double[] losses = new double[n];
    Arrays.setAll(losses, i -> from + (to - from) * i / (n - 1));
    return losses;
  }

  private static Tally tally(LongFunction<RangeResult> run) {
    Tally tally = new Tally();
    for (long seed = 0; seed < CURVES; seed++) {
      tally.count(seed, run.apply(seed), Double.NaN);
    }
    return tally;
  }

  /** What was read of many curves. */
  private static final class Tally {
    private final Map<Kind, Integer> kinds = new EnumMap<>(Kind.class);
    private final StringBuilder misses = new StringBuilder();
    private int runs;
    private int hits;
    private int wrong;

    void count(long seed, RangeResult result, double edge) {
      runs++;
      kinds.merge(result.verdict().kind(), 1, Integer::sum);
      assertThat(result.readings().edge().isPresent()).isEqualTo(result.verdict().clear());
      assertThat(result.suggestion().isPresent()).isEqualTo(result.verdict().clear());
      double ratio = result.readings().edge().orElse(Double.NaN) / edge;
      if (Math.abs(Math.log(ratio)) <= Math.log(1.5)) {
        hits++;
      } else {
        wrong += Double.isNaN(ratio) ? 0 : 1;
        if (misses.length() < 400) {
          String what = Double.isNaN(ratio) ? result.verdict().kind().toString() : "x" + ratio;
          misses.append(String.format(Locale.ROOT, " seed %d: %.8s", seed, what));
        }
      }
    }

    double hits() {
      return (double) hits / runs;
    }

    double wrong() {
      return (double) wrong / runs;
    }

    double share(Kind kind) {
      return (double) kinds.getOrDefault(kind, 0) / runs;
    }

    void print(String name) {
      System.out.printf(
          Locale.ROOT, "%-32s hit %.3f wrong %.3f %s%n", name, hits(), wrong(), kinds);
    }

    @Override
    public String toString() {
      return kinds + misses.toString();
    }
  }
}
