package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.random.RandomStream;
import dev.onecycle.range.Verdict.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How often the edge of a curve is read correctly, where it is known by construction. */
class KnownEdgeTest {
  private static final RangeTest TEST =
      RangeTest.atMomentum(0.9).withScale(LossScale.of(Math.log(10), 0));
  private static final int CURVES = 400;

  @ParameterizedTest(name = "noise {0}, spikes {1}: at least {2} within a factor 1.5")
  @CsvSource({
    "0.00, 0.00, 0.97",
    "0.03, 0.00, 0.97",
    "0.05, 0.02, 0.97",
    "0.10, 0.00, 0.97",
    "0.10, 0.02, 0.97",
    "0.15, 0.02, 0.96",
    "0.20, 0.00, 0.95",
    "0.25, 0.00, 0.88",
    "0.30, 0.00, 0.80",
  })
  void readsAKnownEdge(double noise, double spikes, double atLeast) {
    Tally tally = tally(CURVES, seed -> SyntheticNet.tenClasses(seed, noise, spikes), TEST);
    tally.print("noise " + noise + ", spikes " + spikes);
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(atLeast);
  }

  @ParameterizedTest(name = "{0} steps")
  @ValueSource(ints = {50, 80, 300, 1000})
  void readsAKnownEdgeAtAnyDensityOfPoints(int steps) {
    Tally tally =
        tally(CURVES / 4, seed -> SyntheticNet.tenClasses(seed, 0.05, 0.01), TEST.withSteps(steps));
    tally.print(steps + " steps");
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.95);
  }

  @ParameterizedTest(name = "from {0} down to {1}")
  @CsvSource({"4.6, 4.0", "6.9, 6.2", "0.69, 0.4", "2.3, 0.1"})
  void readsAKnownEdgeOfShallowAndDeepCurves(double start, double base) {
    Tally tally =
        tally(
            CURVES / 4,
            seed -> {
              double edge = Math.pow(10, RandomStream.of(seed, "edge").nextDouble(-1.5, 0.17));
              return SyntheticNet.falling(seed, edge, start, base, 0.03);
            },
            TEST.withScale(LossScale.of(start, 0)));
    tally.print("from " + start + " down to " + base);
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.95);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.3, 0.5, 0.7})
  void aNumberGivenInSpiteOfHeavyNoiseIsSeldomWrong(double noise) {
    Tally tally = tally(CURVES, seed -> SyntheticNet.tenClasses(seed, noise, 0), TEST);
    tally.print("heavy noise " + noise);
    assertThat(tally.wrong()).as(tally.toString()).isLessThanOrEqualTo(0.05);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {1, 2})
  void hopelessNoiseIsNoisyAndNotAWrongNumber(double noise) {
    Tally tally = tally(CURVES, seed -> SyntheticNet.tenClasses(seed, noise, 0), TEST);
    tally.print("hopeless noise " + noise);
    assertThat(tally.share(Kind.NOISY)).as(tally.toString()).isGreaterThan(0.88);
    assertThat(tally.wrong()).as(tally.toString()).isLessThanOrEqualTo(0.015);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.02, 0.1, 0.15})
  void aBumpThatPassesIsNoEdge(double noise) {
    RangeTest test = TEST.withEnd(3).withLimit(3);
    Tally tally =
        tallyWithoutEdge(seed -> test.run(SyntheticNet.falling(seed, 20, 2.3, 1.5, noise)));
    tally.print("bump, no edge, noise " + noise);
    assertThat(tally.share(Kind.NO_EDGE)).as(tally.toString()).isGreaterThanOrEqualTo(0.97);
    assertThat(tally.share(Kind.CLEAR)).as(tally.toString()).isLessThanOrEqualTo(0.005);
  }

  @ParameterizedTest(name = "noise {0}")
  @ValueSource(doubles = {0.0, 0.05, 0.2})
  void aLossThatNeverMovesIsFlat(double noise) {
    Tally tally =
        tallyWithoutEdge(
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

  @ParameterizedTest(name = "after {0} to {1} calm points, noise {2}: {3}")
  @CsvSource({
    "1, 6, 0.00, DIVERGED_AT_ONCE",
    "1, 6, 0.05, DIVERGED_AT_ONCE",
    "1, 6, 0.10, DIVERGED_AT_ONCE",
    "14, 40, 0.00, NOTHING_LEARNED",
    "14, 40, 0.05, NOTHING_LEARNED",
    "14, 40, 0.10, NOTHING_LEARNED",
  })
  void aLossThatLeavesBeforeItFallsHasNoEdge(int from, int to, double noise, Kind kind) {
    double[] rise = {1.5, 2, 4, 10, 40, 400};
    Tally tally =
        tallyWithoutEdge(
            seed -> {
              SplittableRandom random = RandomStream.of(seed, "at once");
              int calm = random.nextInt(from, to);
              double[] losses = new double[calm + rise.length];
              Arrays.setAll(
                  losses,
                  i -> (2.3 + noise * random.nextGaussian()) * (i < calm ? 1 : rise[i - calm]));
              return Curves.read(1e-2, 10, StopReason.DIVERGED, losses);
            });
    tally.print(kind + ", noise " + noise);
    assertThat(tally.share(kind)).as(tally.toString()).isGreaterThan(0.95);
    assertThat(tally.share(Kind.CLEAR)).as(tally.toString()).isLessThanOrEqualTo(0.01);
  }

  @Test
  void aDeadNetThatNeverDivergesHasAnEdgeAllTheSame() {
    Tally tally =
        tally(
            seed -> {
              SyntheticNet net = SyntheticNet.tenClasses(seed, 0.03, 0);
              StepFunction dying =
                  (rate, momentum) ->
                      rate > 1.3 * net.edge()
                          ? Math.log(10)
                          : Math.min(net.step(rate, momentum), 2.4);
              RangeResult result = TEST.run(dying);
              assertThat(result.stop().reason()).isEqualTo(StopReason.REACHED_END);
              assertThat(result.stop().extended()).isTrue();
              return new Read(result, net.edge());
            },
            CURVES);
    tally.print("dead net");
    assertThat(tally.hits()).as(tally.toString()).isGreaterThanOrEqualTo(0.97);
  }

  /** One NaN could be one bad batch; three seeds that end at one rate are no bad batch. */
  @Test
  void aFirstNaNIsTheEdgeOnlyWhereEverySeedEndsThere() {
    int hits = 0;
    for (int net = 0; net < CURVES / 4; net++) {
      double edge = Math.pow(10, RandomStream.of(net, "edge").nextDouble(-1.5, 1.2));
      long shape = net;
      List<RangeResult> runs =
          LongStream.range(0, 3)
              .mapToObj(
                  seed -> {
                    SyntheticNet made = SyntheticNet.falling(shape, edge, Math.log(10), 1.4, 0.03);
                    SplittableRandom other = RandomStream.of(seed, "other batches");
                    return TEST.run(
                        (rate, m) ->
                            rate > edge
                                ? Double.NaN
                                : made.step(rate, m) + 0.04 * other.nextGaussian());
                  })
              .toList();
      for (RangeResult run : runs) {
        assertThat(run.stop().reason()).isEqualTo(StopReason.NON_FINITE);
        assertThat(run.verdict().kind()).isEqualTo(Kind.SINGLE_LOSS);
        assertThat(run.suggestion()).isEmpty();
      }
      RangeSummary summary = RangeSummary.of(runs);
      assertThat(summary.verdict().kind()).isEqualTo(Kind.CLEAR);
      double ratio = summary.edge().orElseThrow().median() / edge;
      hits += Math.abs(Math.log(ratio)) <= Math.log(1.5) ? 1 : 0;
    }
    assertThat(hits).isGreaterThanOrEqualTo(97 * CURVES / 400);
  }

  /** A curve that was read, and its edge by construction; NaN where it has none. */
  private record Read(RangeResult result, double edge) {}

  private static Tally tally(int curves, LongFunction<SyntheticNet> net, RangeTest test) {
    return tally(
        seed -> {
          SyntheticNet made = net.apply(seed);
          return new Read(test.run(made), made.edge());
        },
        curves);
  }

  private static Tally tallyWithoutEdge(LongFunction<RangeResult> run) {
    return tally(seed -> new Read(run.apply(seed), Double.NaN), CURVES);
  }

  /** Curves depend on their seed alone, so they are computed side by side and counted in order. */
  private static Tally tally(LongFunction<Read> run, int curves) {
    List<Read> all = LongStream.range(0, curves).parallel().mapToObj(run).toList();
    Tally tally = new Tally();
    for (int seed = 0; seed < curves; seed++) {
      tally.count(seed, all.get(seed).result(), all.get(seed).edge());
    }
    return tally;
  }
}
