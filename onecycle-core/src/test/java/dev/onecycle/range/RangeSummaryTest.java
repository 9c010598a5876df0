package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangeSummary.Spread;
import dev.onecycle.range.Verdict.Kind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RangeSummaryTest {
  private static final RangeTest TEST = RangeTest.atMomentum(0.9);

  @Test
  void takesTheMedianEdgeOfRunsThatAgree() {
    List<RangeResult> runs =
        LongStream.range(0, 5)
            .mapToObj(seed -> TEST.run(SyntheticNet.falling(seed, 2, 2.3, 1.4, 0.1)))
            .toList();
    RangeSummary summary = RangeSummary.of(runs);
    List<Double> edges =
        runs.stream().map(run -> run.readings().edge().orElseThrow()).sorted().toList();
    assertThat(summary.edge()).hasValue(new Spread(edges.get(2), edges.get(0), edges.get(4), 5));
    assertThat(summary.verdict().kind()).isEqualTo(Kind.CLEAR);
    double trough =
        runs.stream().mapToDouble(r -> r.readings().trough().orElseThrow()).sorted().toArray()[2];
    assertThat(summary.suggestion()).hasValue(new SuggestedPeak(trough, edges.get(2)));
    assertThat(summary.minimum().orElseThrow().count()).isEqualTo(5);
    assertThat(summary.verdict().explanation()).startsWith("5 of 5 tests show an edge");
  }

  @Test
  void theMedianOfTwoIsTheirGeometricMean() {
    RangeSummary summary = RangeSummary.of(List.of(edgeAt(1), edgeAt(2)));
    double low = summary.edge().orElseThrow().low();
    double high = summary.edge().orElseThrow().high();
    assertThat(summary.edge().orElseThrow().median())
        .isCloseTo(Math.sqrt(low * high), within(1e-12));
    assertThat(summary.edge().orElseThrow().factor()).isCloseTo(high / low, within(1e-12));
  }

  @Test
  void theSeedDecidesThePeakOfALongCycleWhereEdgesDiffer() {
    RangeSummary summary = RangeSummary.of(List.of(edgeAt(1), edgeAt(2)));
    Spread peaks = summary.peaks(SuggestedPeak.LONG).orElseThrow();
    assertThat(peaks.low()).isCloseTo(summary.edge().orElseThrow().low() / 10, within(1e-12));
    assertThat(peaks.high()).isCloseTo(summary.edge().orElseThrow().high() / 10, within(1e-12));
    assertThat(summary.disagreement(SuggestedPeak.LONG)).isEmpty();
    RangeSummary apart = RangeSummary.of(List.of(edgeAt(0.5), edgeAt(2)));
    assertThat(apart.disagreement(SuggestedPeak.LONG)).isEqualTo(apart.peaks(SuggestedPeak.LONG));
    assertThat(RangeSummary.of(List.of(flat())).disagreement(100)).isEmpty();
  }

  @Test
  void edgesThatDisagreeAreNoisyAndSuggestNothing() {
    RangeSummary summary = RangeSummary.of(List.of(edgeAt(0.1), edgeAt(1), edgeAt(1)));
    assertThat(summary.verdict().kind()).isEqualTo(Kind.NOISY);
    assertThat(summary.verdict().explanation())
        .endsWith(
            "; they disagree too much, and none of them is a guide: use a larger batch or more"
                + " steps, or give a careful rate by hand.");
    assertThat(summary.suggestion()).isEmpty();
    assertThat(summary.edge()).isPresent();
  }

  @Test
  void oneRunWithoutAnEdgeAmongThreeDoesNotHideIt() {
    RangeSummary summary = RangeSummary.of(List.of(edgeAt(1), flat(), edgeAt(1.1)));
    assertThat(summary.verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(summary.edge().orElseThrow().count()).isEqualTo(2);
  }

  @Test
  void withoutAMajorityOfEdgesItIsWhatMostOthersAre() {
    RangeSummary summary = RangeSummary.of(List.of(edgeAt(1), flat(), flat(), noEdge()));
    assertThat(summary.verdict().kind()).isEqualTo(Kind.FLAT);
    assertThat(summary.verdict().explanation())
        .startsWith(
            "1 of 4 tests shows an edge; in another, the loss stayed within 2.3e-6 of 2.3 up to");
    assertThat(summary.suggestion()).isEmpty();
  }

  /** What is advised after a single test was done already, or is wrong for one of the others. */
  @Test
  void severalTestsDoNotAdviseToRepeat() {
    RangeSummary bad = RangeSummary.of(List.of(badLoss(), badLoss(), flat(), flat()));
    assertThat(bad.verdict().kind()).isEqualTo(Kind.SINGLE_LOSS);
    assertThat(badLoss().verdict().advice()).contains("repeat the test");
    assertThat(bad.verdict().advice())
        .isEqualTo(
            "a bad batch cannot be told from a rate that is too high: use a larger batch or more"
                + " steps");
    RangeSummary one = RangeSummary.of(List.of(edgeAt(0.3), noEdge(), noEdge()));
    assertThat(one.verdict().kind()).isEqualTo(Kind.NO_EDGE);
    assertThat(one.verdict().advice()).isEqualTo("use a larger batch or more steps");
    RangeSummary half = RangeSummary.of(List.of(edgeAt(0.3), noEdge()));
    assertThat(half.verdict().kind()).isEqualTo(Kind.NOISY);
    assertThat(half.verdict().finding()).startsWith("1 of 2 tests shows an edge; in another, ");
    assertThat(half.verdict().advice()).isEqualTo("use a larger batch or more steps");
    assertThat(RangeSummary.of(List.of(noEdge(), noEdge())).verdict().advice())
        .isEqualTo(noEdge().verdict().advice());
    RangeSummary diverged =
        RangeSummary.of(List.of(noEdge(), noEdge(), read(Kind.DIVERGED_AT_ONCE, Readings.NONE)));
    assertThat(diverged.verdict().kind()).isEqualTo(Kind.NO_EDGE);
    assertThat(diverged.verdict().advice()).isEqualTo("use a larger batch or more steps");
  }

  /** One bad batch may have ended one of the two, so the median of their edges is half a guess. */
  @Test
  void edgesOfWhichHalfAreSingleLossesMustAgree() {
    RangeResult clear = read(Kind.CLEAR, edgeAndTrough(5, 0.2));
    RangeResult near = read(Kind.SINGLE_LOSS, edgeAndTrough(2, 0.1));
    RangeResult far = read(Kind.SINGLE_LOSS, edgeAndTrough(0.4, 0.1));
    assertThat(RangeSummary.of(List.of(clear, near)).verdict().kind()).isEqualTo(Kind.CLEAR);
    assertThat(RangeSummary.of(List.of(clear, far)).verdict().kind()).isEqualTo(Kind.NOISY);
    assertThat(RangeSummary.of(List.of(clear, clear, far)).verdict().kind()).isEqualTo(Kind.CLEAR);
  }

  private static Readings edgeAndTrough(double edge, double trough) {
    return new Readings(
        OptionalDouble.of(edge),
        OptionalDouble.of(trough),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  private static RangeResult read(Kind kind, Readings readings) {
    return new RangeResult(
        List.of(),
        RangeStop.of(StopReason.DIVERGED),
        0.9,
        Optional.empty(),
        readings,
        new Verdict(kind, "The loss was read", "do so"));
  }

  private static RangeResult badLoss() {
    SyntheticNet net = SyntheticNet.falling(4, 5.5, 2.3, 1.2, 0.05);
    return TEST.run((rate, momentum) -> rate > 0.4 ? Double.NaN : net.step(rate, momentum));
  }

  @Test
  void ofEquallyCommonKindsTheGravestStands() {
    assertThat(RangeSummary.of(List.of(noEdge(), flat())).verdict().kind()).isEqualTo(Kind.FLAT);
    assertThat(RangeSummary.of(List.of(flat(), noEdge())).verdict().kind()).isEqualTo(Kind.FLAT);
  }

  @Test
  void oneRunSpeaksForItself() {
    RangeResult run = edgeAt(1);
    RangeSummary summary = RangeSummary.of(List.of(run));
    assertThat(summary.verdict()).isEqualTo(run.verdict());
    assertThat(summary.suggestion()).isEqualTo(run.suggestion());
  }

  @Test
  void noRunsAreRefused() {
    assertThatThrownBy(() -> RangeSummary.of(List.of()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("runs of a range summary must be at least 1 but was 0");
  }

  private static RangeResult edgeAt(double edge) {
    return TEST.run(SyntheticNet.falling(1, edge, 2.3, 1.4, 0.02));
  }

  private static RangeResult flat() {
    return TEST.run((rate, momentum) -> 2.3);
  }

  private static RangeResult noEdge() {
    return TEST.withEnd(3).withLimit(3).run(SyntheticNet.falling(1, 5, 2.3, 1.4, 0.02));
  }
}
