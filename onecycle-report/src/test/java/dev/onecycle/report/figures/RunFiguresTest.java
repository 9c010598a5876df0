package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.report.SampleRun;
import dev.onecycle.report.Svg;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.FigureTable;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves.Quantity;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.schedule.PlannedStep;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class RunFiguresTest {
  private static final OneCycle POLICY = OneCycle.of(400, 0.5);
  private static final PolicySummary PLAN = PolicySummary.of(POLICY);

  private static List<Point> steps(int count, DoubleUnaryOperator value) {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(new Point(i, value.applyAsDouble(i)));
    }
    return points;
  }

  /** A run of 400 steps, of which some are taken; an epoch is 100. */
  private static RunCurves run(int taken) {
    List<Point> validation = new ArrayList<>();
    List<Point> gap = new ArrayList<>();
    List<Point> accuracy = new ArrayList<>();
    for (int end = 99; end < taken; end += 100) {
      validation.add(new Point(end, 1.5 - end / 400.0));
      gap.add(new Point(end, 0.1));
      accuracy.add(new Point(end, 50 + end / 10.0));
    }
    return RunCurves.named("run")
        .withPhases(POLICY.phases())
        .with(Quantity.LEARNING_RATE, steps(taken, i -> POLICY.learningRate().at((long) i)))
        .with(Quantity.MOMENTUM, steps(taken, i -> POLICY.momentum().at((long) i)))
        .with(Quantity.TRAINING_LOSS, steps(taken, i -> 2 - i / 300 + 0.1 * (i % 2)))
        .with(Quantity.VALIDATION_LOSS, validation)
        .with(Quantity.GAP, gap)
        .with(Quantity.ACCURACY, accuracy);
  }

  private static JsonNode json(Figure figure) throws Exception {
    return new ObjectMapper().readTree(figure.json());
  }

  @Test
  void anUnfinishedRunShowsThePlannedScheduleToo() throws Exception {
    JsonNode whole = json(RunFigures.schedule(run(400), PLAN, List.of()));
    assertThat(whole.at("/panels/0/traces")).hasSize(1);
    assertThat(whole.at("/panels/0/traces/0/ys/171").asDouble())
        .isEqualTo(POLICY.learningRate().at(171), org.assertj.core.api.Assertions.within(1e-6));
    JsonNode half = json(RunFigures.schedule(run(150), PLAN, List.of()));
    assertThat(half.at("/panels/0/traces")).hasSize(2);
    assertThat(half.at("/panels/0/traces/0/name").asText()).isEqualTo("planned learning rate");
    assertThat(half.at("/panels/0/traces/0/xs")).hasSize(PLAN.outline().size());
    JsonNode none = json(RunFigures.schedule(run(0), PLAN, List.of()));
    assertThat(none.at("/panels/0/traces")).hasSize(1);
    assertThat(none.at("/panels/1/traces/0/ys/1").asDouble())
        .isEqualTo(PLAN.outline().stream().mapToDouble(PlannedStep::momentum).min().orElse(0));
  }

  @Test
  void lossesShareAnAxisAndTheirGapHasItsOwn() throws Exception {
    JsonNode losses = json(RunFigures.losses(run(400), 400, 1));
    assertThat(losses.at("/panels/0/traces")).hasSize(3);
    assertThat(losses.at("/panels/0/traces/2/xs").toString()).isEqualTo("[99,199,299,399]");
    assertThat(losses.at("/panels/1/traces/1/ys").toString()).isEqualTo("[0.1,0.1,0.1,0.1]");
    assertThat(losses.at("/phases")).hasSize(3);
    FigureTable table = RunFigures.losses(run(400), 400, 1).table();
    assertThat(table.headings())
        .containsExactly(
            "step",
            "training loss of a batch",
            "training loss",
            "validation loss",
            "validation loss minus training loss");
    assertThat(table.rows()).hasSize(4);
    assertThat(table.rows().get(0).get(0)).isEqualTo("99");
    assertThat(table.rows().get(0).get(3)).isEqualTo("1.252");
  }

  @Test
  void oneOutlierDoesNotFlattenTheRest() throws Exception {
    RunCurves run = run(400);
    List<Point> points = new ArrayList<>(run.validationLoss().points());
    points.set(0, new Point(99, 30));
    RunCurves wild = run.with(Quantity.VALIDATION_LOSS, points);
    Figure figure = RunFigures.losses(wild, 400, 1);
    assertThat(json(figure).at("/panels/0/y/high").asDouble()).isBetween(2.0, 8.0);
    assertThat(figure.description()).contains("validation loss: 1 above the top of the axis");
  }

  @Test
  void phasesAreShadedAndNamed() {
    String svg = RunFigures.accuracy(run(400), 400, 1).svg();
    assertThat(svg).contains("cool-down", "annihilation");
    assertThat(svg.toLowerCase(java.util.Locale.ROOT)).contains("rgb(240,242,245)");
  }

  @Test
  void aRunWithoutStepsSaysSo() {
    String svg = RunFigures.losses(run(0), 400, 1).svg();
    assertThat(svg).contains("no step so far", "no epoch so far");
    assertThat(RunFigures.losses(run(0), 400, 1).table().rows()).isEmpty();
  }

  @Test
  void onlyEvaluatedEpochsHavePoints() throws Exception {
    SampleRun run = SampleRun.small("a", 1, 1e-4, 0.5, 2.0).evaluatedEvery(2);
    RunCurves curves = RunCurves.of(run.history());
    assertThat(curves.validationLoss().points()).containsExactly(new Point(3, 2));
    assertThat(curves.gap().points()).containsExactly(new Point(3, 0.5));
    assertThat(curves.accuracy().points()).containsExactly(new Point(3, 50));
    Figure accuracy = RunFigures.accuracy(curves, 4, 2);
    assertThat(accuracy.svg()).contains("after every 2 epochs and after the last");
    assertThat(json(accuracy).at("/panels/0/traces/0/xs").toString()).isEqualTo("[3]");
    assertThat(json(RunFigures.losses(curves, 4, 2)).at("/panels/1/traces/1/ys").toString())
        .isEqualTo("[0.5]");
    assertThat(RunFigures.losses(run(0), 4, 2).svg()).contains("no evaluation so far");
    assertThat(RunFigures.accuracy(curves, 4, 1).svg()).contains("after each epoch");
  }

  @Test
  void nonFiniteNumbersAreGapsInTheData() throws Exception {
    List<Point> broken = steps(400, i -> i == 7 ? Double.NaN : i == 8 ? 1 / 0.0 : 1);
    RunCurves gaps = run(400).with(Quantity.TRAINING_LOSS, broken);
    JsonNode ys = json(RunFigures.losses(gaps, 400, 1)).at("/panels/0/traces/0/ys");
    assertThat(ys.get(7).isNull()).isTrue();
    assertThat(ys.get(8).isNull()).isTrue();
    assertThat(ys.get(9).asDouble()).isEqualTo(1);
  }

  /** From 272 down to 0.7: no loss is cut off, and the axis says why it is logarithmic. */
  @Test
  void lossesThatSpanAFactorOfMoreThan100HaveALogarithmicAxis() throws Exception {
    RunCurves run = run(400);
    List<Point> points = new ArrayList<>(run.validationLoss().points());
    points.set(0, new Point(99, 272));
    Figure figure = RunFigures.losses(run.with(Quantity.VALIDATION_LOSS, points), 400, 1);
    JsonNode y = json(figure).at("/panels/0/y");
    assertThat(y.get("log").asBoolean()).isTrue();
    assertThat(y.get("high").asDouble()).isGreaterThan(272);
    assertThat(json(figure).at("/panels/1/y/log").asBoolean()).isFalse();
    assertThat(figure.description()).contains("logarithmic, because the losses span a factor");
  }

  @Test
  void epochsAreASecondAxis() throws Exception {
    SampleRun run = SampleRun.usual();
    Figure figure = RunFigures.accuracy(RunCurves.of(run.history()), 120, 1);
    assertThat(json(figure).at("/x/stepsPerEpoch").asDouble()).isEqualTo(30);
    Svg svg = Svg.of(figure);
    assertThat(svg.texts()).contains("step", "epoch", "1", "2", "3", "4");
    assertThat(Svg.of(RunFigures.accuracy(run(400), 400, 1)).texts()).doesNotContain("epoch");
  }
}
