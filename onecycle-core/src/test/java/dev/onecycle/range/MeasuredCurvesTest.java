package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.onecycle.range.Verdict.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read of curves that were measured, by us and by Leslie Smith. */
class MeasuredCurvesTest {
  private static final LossScale TEN_CLASSES = LossScale.of(Math.log(10), 0);

  @ParameterizedTest(name = "weight decay {0} leaves for good near {1}")
  @CsvSource({"1e-2, 3", "1e-3, 6", "1e-4, 12"})
  void readsTheEdgeOfMeasuredCurvesWhereAPersonDoes(String weightDecay, double edge) {
    RangeResult result = Curves.resnet20(weightDecay);
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(result.readings().edge().orElseThrow()).isBetween(edge / 1.5, edge * 1.5);
    assertThat(result.suggestion().orElseThrow().inShortCycle()).isBetween(0.02, 0.2);
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
          RangeResult.of(
              whole.points().subList(0, kept),
              RangeStop.of(StopReason.DIVERGED),
              0.85,
              Optional.empty());
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
          RangeResult.of(half, RangeStop.of(StopReason.DIVERGED), 0.85, Optional.empty())
              .readings()
              .edge()
              .orElseThrow();
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
        RangeResult.of(
            points.subList(0, peak + 1),
            RangeStop.of(StopReason.REACHED_END),
            0.9,
            Optional.empty());
    assertThat(points.get(peak).learningRate()).isCloseTo(3, within(0.06));
    assertThat(result.verdict().kind()).isEqualTo(Kind.NO_EDGE);
    assertThat(result.verdict().explanation())
        .contains("never rose for good", "a peak of at most a tenth of it, ")
        .doesNotContain("safe");
    assertThat(result.readings().edge()).isEmpty();
    assertThat(result.readings().minimum()).isPresent();
    assertThat(result.suggestion()).isEmpty();
  }

  @Test
  void smithsRunThatFailsOfTooMuchWeightDecayHasAnEdge() {
    List<RangePoint> points =
        Curves.measured("smith-clr3SS5kWD-3Fig11.csv", "train", rate -> true).subList(0, 51);
    RangeResult result =
        RangeResult.of(points, RangeStop.of(StopReason.REACHED_END), 0.9, Optional.of(TEN_CLASSES));
    assertThat(result.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(result.readings().edge().orElseThrow()).isBetween(1.5, 2.5);
  }

  /**
   * Started at a loss of 3, ResNet-56 falls to 2.1, leaves near 0.1, and then stays at the 2.3 of
   * blind guessing until it diverges. By eye that is near 20 to 30; a tenth of it is what the
   * sources trained by (0.8 and 3). Since it had lost what it knew long before, that is uncertain.
   */
  @Test
  void resNet56LeavesForGoodBeforeItDiverges() {
    List<RangePoint> points = Curves.measured("resnet56-wd1e-4.csv", "raw", rate -> true);
    RangeResult result =
        RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85, Optional.of(TEN_CLASSES));
    assertThat(result.verdict().kind()).isEqualTo(Verdict.Kind.UNCERTAIN);
    assertThat(result.readings().edge().orElseThrow()).isBetween(15.0, 29.0);
  }

  /** Of ResNet-20, which starts near it, the loss of blind guessing changes little. */
  @Test
  void knowingTheLossOfBlindGuessingKeepsTheOrderOfDecays() {
    double least = 0;
    double[] byEye = {3, 6, 12};
    String[] decays = {"1e-2", "1e-3", "1e-4"};
    for (int i = 0; i < decays.length; i++) {
      List<RangePoint> points =
          Curves.measured("resnet20-wd" + decays[i] + ".csv", "raw", rate -> true);
      double edge =
          RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85, Optional.of(TEN_CLASSES))
              .readings()
              .edge()
              .orElseThrow();
      assertThat(edge).as(decays[i]).isGreaterThan(least).isBetween(byEye[i] / 1.7, byEye[i] * 1.7);
      least = edge;
    }
  }

  /**
   * After a bump that goes far above the start, the net comes back to a little below blind
   * guessing: where it leaves that is the edge, not where it leaves the false confidence it started
   * with.
   */
  @Test
  void afterAHighBumpTheEdgeIsWhereTheLossLeavesBlindGuessing() {
    double least = 0;
    for (String decay : List.of("1e-2", "1e-3", "1e-4", "1e-5")) {
      String file = "resnet20-batch512-wd" + decay + ".csv";
      List<RangePoint> points = Curves.measured(file, "raw", rate -> true);
      RangeResult result =
          RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85, Optional.of(TEN_CLASSES));
      double edge = result.readings().edge().orElseThrow();
      assertThat(edge).as(decay).isGreaterThan(least).isBetween(3.0, 7.0);
      least = edge;
    }
  }

  /** To fall from a false confidence to blind guessing is not to learn. */
  @Test
  void aNetThatOnlyReachesBlindGuessingHasLearnedNothing() {
    double[] losses = new double[60];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = i < 20 ? 2.6 - 0.015 * i : i < 50 ? 2.3 : 2.3 * Math.pow(1.3, i - 50);
    }
    RangeResult blind = Curves.read(1e-6, 100, StopReason.DIVERGED, losses);
    assertThat(blind.verdict().clear()).isTrue();
    RangeResult told =
        RangeResult.of(
            blind.points(), RangeStop.of(StopReason.DIVERGED), 0.9, Optional.of(TEN_CLASSES));
    assertThat(told.verdict().clear()).isFalse();
    assertThat(told.suggestion()).isEmpty();
  }
}
