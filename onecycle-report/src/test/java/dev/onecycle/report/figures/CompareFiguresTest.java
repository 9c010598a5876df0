package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Svg;
import dev.onecycle.schedule.Phase;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompareFiguresTest {
  private static final List<Phase> PHASES = List.of(new Phase("up", 0, 4), new Phase("down", 5, 9));

  private static Curve curve(double from, double to) {
    return new Curve(
        "any",
        IntStream.range(0, 10).mapToObj(i -> new Point(i, from + (to - from) * i / 9)).toList());
  }

  private static RunCurves run(String name, List<Phase> phases, Curve momentum, Curve validation) {
    Curve none = new Curve("none", List.of());
    return new RunCurves(
        name, phases, curve(0.1, 1), momentum, curve(2, 1), validation, none, curve(10, 90));
  }

  private static final Curve NONE = new Curve("none", List.of());
  private static final RunCurves A = run("run a", PHASES, curve(0.95, 0.85), curve(2.2, 1.2));
  private static final RunCurves B = run("run b", PHASES, NONE, curve(2.4, 1.1));

  @Test
  void everyRunHasOneCurveOfItsOwnColourAndOneNameInTheLegend() {
    Svg accuracy = Svg.of(CompareFigures.accuracy(List.of(A, B)));
    assertThat(accuracy.curves(Svg.BLUE)).hasSize(1);
    assertThat(accuracy.curves(Svg.VERMILLION)).hasSize(1);
    assertThat(accuracy.texts()).containsOnlyOnce("run a", "run b");

    Svg losses = Svg.of(CompareFigures.losses(List.of(A, B)));
    assertThat(losses.curves(Svg.BLUE)).as("training and validation").hasSize(2);
    assertThat(losses.curves(Svg.VERMILLION)).hasSize(2);
    assertThat(losses.texts()).containsOnlyOnce("run a", "run b");
  }

  @Test
  void aRunWithoutValidationIsNamedByItsTraining() {
    RunCurves training = run("only training", PHASES, NONE, NONE);
    Svg losses = Svg.of(CompareFigures.losses(List.of(A, training)));
    assertThat(losses.texts()).containsOnlyOnce("run a", "only training");
  }

  @Test
  void momentumHasAPanelWhereAnyRunHasIt() {
    assertThat(CompareFigures.schedule(List.of(A, B)).json()).contains("momentum\"");
    assertThat(Svg.of(CompareFigures.schedule(List.of(A, B))).curves(Svg.BLUE)).hasSize(2);
    assertThat(Svg.of(CompareFigures.schedule(List.of(B, B))).curves(Svg.BLUE)).hasSize(1);
    assertThat(Svg.of(CompareFigures.schedule(List.of(B, B))).texts()).doesNotContain("momentum");
  }

  @Test
  void phasesAreShadedWhereAllShareThem() {
    assertThat(Svg.of(CompareFigures.accuracy(List.of(A, B))).texts()).contains("up", "down");
    RunCurves other = run("csv", List.of(), NONE, NONE);
    assertThat(Svg.of(CompareFigures.accuracy(List.of(A, other))).texts()).doesNotContain("up");
  }

  @Test
  void aLossThatLeavesDoesNotFlattenTheRest() {
    Curve wild =
        new Curve(
            "wild", IntStream.range(0, 10).mapToObj(i -> new Point(i, i == 0 ? 87.3 : 1)).toList());
    double height = highestTick(CompareFigures.losses(List.of(A, run("wild", PHASES, NONE, wild))));
    assertThat(height).isBetween(2.0, 8.0);
    RunCurves diverged = run("diverged", PHASES, NONE, curve(1e5, 1e6));
    assertThat(highestTick(CompareFigures.losses(List.of(A, diverged)))).isLessThan(80);
  }

  private static double highestTick(Figure losses) {
    return Svg.of(losses).texts().stream()
        .filter(t -> t.matches("[0-9.]+"))
        .mapToDouble(Double::parseDouble)
        .filter(tick -> tick != 10)
        .max()
        .orElseThrow();
  }

  @Test
  void figuresWithNothingToShowAreLeftOut() {
    RunCurves bare = new RunCurves("x", List.of(), NONE, NONE, curve(2, 1), NONE, NONE, NONE);
    assertThat(CompareFigures.of(List.of(bare))).containsOnlyKeys("losses");
    assertThat(CompareFigures.of(List.of(A, B))).containsOnlyKeys("losses", "accuracy", "schedule");
  }
}
