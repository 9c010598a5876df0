package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.SampleRun;
import dev.onecycle.report.Svg;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves.Quantity;
import dev.onecycle.schedule.Phase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComparisonFiguresTest {
  private static final List<Phase> PHASES = List.of(new Phase("up", 0, 4), new Phase("down", 5, 9));

  private static final List<Point> NONE = List.of();
  private static final RunCurves A = run("run a", PHASES, line(0.95, 0.85), line(2.2, 1.2));
  private static final RunCurves B = run("run b", PHASES, NONE, line(2.4, 1.1));

  private static List<Point> line(double from, double to) {
    return IntStream.range(0, 10).mapToObj(i -> new Point(i, from + (to - from) * i / 9)).toList();
  }

  private static RunCurves run(
      String name, List<Phase> phases, List<Point> momentum, List<Point> validation) {
    return RunCurves.named(name)
        .withPhases(phases)
        .with(Quantity.LEARNING_RATE, line(0.1, 1))
        .with(Quantity.MOMENTUM, momentum)
        .with(Quantity.TRAINING_LOSS, line(2, 1))
        .with(Quantity.VALIDATION_LOSS, validation)
        .with(Quantity.ACCURACY, line(10, 90));
  }

  @Test
  void everyRunHasOneCurveOfItsOwnColourAndOneNameInTheLegend() {
    Svg accuracy = Svg.of(ComparisonFigures.accuracy(List.of(A, B), "step"));
    assertThat(accuracy.curves(Svg.BLUE)).hasSize(1);
    assertThat(accuracy.curves(Svg.VERMILLION)).hasSize(1);
    assertThat(accuracy.texts()).containsOnlyOnce("run a", "run b");

    Svg losses = Svg.of(ComparisonFigures.losses(List.of(A, B), "step"));
    assertThat(losses.curves(Svg.BLUE)).as("training and validation").hasSize(2);
    assertThat(losses.curves(Svg.VERMILLION)).hasSize(2);
    assertThat(losses.texts()).containsOnlyOnce("run a", "run b");
  }

  @Test
  void aRunWithoutValidationIsNamedByItsTraining() {
    RunCurves training = run("only training", PHASES, NONE, NONE);
    Svg losses = Svg.of(ComparisonFigures.losses(List.of(A, training), "step"));
    assertThat(losses.texts()).containsOnlyOnce("run a", "only training");
  }

  @Test
  void momentumHasAPanelIfARunHasIt() {
    assertThat(ComparisonFigures.schedule(List.of(A, B), "step").json()).contains("momentum\"");
    assertThat(Svg.of(ComparisonFigures.schedule(List.of(A, B), "step")).curves(Svg.BLUE))
        .hasSize(2);
    assertThat(Svg.of(ComparisonFigures.schedule(List.of(B, B), "step")).curves(Svg.BLUE))
        .hasSize(1);
    assertThat(Svg.of(ComparisonFigures.schedule(List.of(B, B), "step")).texts())
        .doesNotContain("momentum");
  }

  @Test
  void commonPhasesAreShaded() {
    assertThat(Svg.of(ComparisonFigures.accuracy(List.of(A, B), "step")).texts())
        .contains("up", "down");
    RunCurves other = run("csv", List.of(), NONE, NONE);
    assertThat(Svg.of(ComparisonFigures.accuracy(List.of(A, other), "step")).texts())
        .doesNotContain("up");
  }

  @Test
  void anOutlierDoesNotFlattenTheRest() {
    List<Point> wild = IntStream.range(0, 10).mapToObj(i -> new Point(i, i == 0 ? 50 : 1)).toList();
    double height =
        highestTick(ComparisonFigures.losses(List.of(A, run("wild", PHASES, NONE, wild)), "step"));
    assertThat(height).isBetween(1.9, 8.0);
    RunCurves diverged = run("diverged", PHASES, NONE, line(1e5, 1e6));
    Figure all = ComparisonFigures.losses(List.of(A, diverged), "step");
    assertThat(highestTick(all)).as("a logarithmic axis shows all").isGreaterThan(80);
    assertThat(all.description()).contains("logarithmic");
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
  void emptyFiguresAreLeftOut() {
    RunCurves bare = RunCurves.named("x").with(Quantity.TRAINING_LOSS, line(2, 1));
    assertThat(ComparisonFigures.of(List.of(bare))).containsOnlyKeys("losses");
    assertThat(ComparisonFigures.of(List.of(A, B)))
        .containsOnlyKeys("losses", "accuracy", "schedule");
  }

  /** Step 3 is the end of the second of two epochs, and of the cycle. */
  @Test
  void runsAreComparedByEpochAndByShareOfTheCycleToo() {
    List<RunCurves> runs = List.of(RunCurves.of(SampleRun.small("a", 1, 1e-4, 0.5, 2.0).history()));
    Map<String, Figure> epochs = ComparisonFigures.overEpochs(runs);
    assertThat(epochs).containsKeys("losses-epochs", "accuracy-epochs", "schedule-epochs");
    assertThat(json(epochs, "accuracy-epochs")).contains("\"xs\":[1,2]");
    String share = json(ComparisonFigures.overShare(runs), "accuracy-share");
    assertThat(share).contains("share of the planned steps, %");
    assertThat(ComparisonFigures.overEpochs(List.of(A))).as("epochs are not known").isEmpty();
  }

  private static String json(Map<String, Figure> figures, String name) {
    return Objects.requireNonNull(figures.get(name), name).json();
  }
}
