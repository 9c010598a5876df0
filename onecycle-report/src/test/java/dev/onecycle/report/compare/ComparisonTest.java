package dev.onecycle.report.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.report.SampleRun;
import dev.onecycle.report.SampleRun.Place;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.compare.Comparison.Difference;
import dev.onecycle.report.compare.Comparison.SeedGroup;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.report.figures.RunCurves.Quantity;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  @Test
  void meanAndDeviationOfASample() {
    MeanAndDeviation spread = MeanAndDeviation.of(50, 60, 70);

    assertThat(spread.n()).isEqualTo(3);
    assertThat(spread.mean()).isEqualTo(60);
    assertThat(spread.deviation()).isCloseTo(10, within(1e-12));
    assertThat(spread.text(2)).isEqualTo("60.00 ± 10.00");
    assertThat(MeanAndDeviation.of(1).deviation()).isNaN();
  }

  @Test
  void runsThatDifferInTheirSeedAreOneGroup() {
    List<RunHistory> runs =
        List.of(
            SampleRun.small("a", 1, 1e-4, 0.5, 2.0).history(),
            SampleRun.small("b", 2, 1e-4, 0.6, 1.8).history(),
            SampleRun.small("heavy", 3, 1e-3, 0.9, 1.0).history(),
            SampleRun.small("c", 3, 1e-4, 0.7, 1.6).history());
    Comparison comparison = Comparison.of(runs);

    SeedGroup group = comparison.groups().get(0);
    assertThat(comparison.groups()).hasSize(1);
    assertThat(group.names()).containsExactly("a", "b", "c");
    assertThat(group.score().text(2)).isEqualTo("60.00 ± 10.00");
    assertThat(group.validationLoss().text(3)).isEqualTo("1.800 ± 0.200");
    assertThat(comparison.compared()).containsExactly("a", "b", "heavy", "c");
    assertThat(comparison.differences())
        .containsExactly(
            new Difference("weight decay", List.of("0.0001", "0.0001", "0.001", "0.0001")),
            new Difference("seed", List.of("1", "2", "3", "3")));
  }

  @Test
  void aFoundRateDependsOnTheSeedAndAGivenOneDoesNot() {
    SampleRun a = SampleRun.small("a", 1, 1e-4, 0.5, 2.0);
    SampleRun b = SampleRun.small("b", 2, 1e-4, 0.6, 1.8);
    List<RunHistory> given =
        List.of(
            a.withSetting("max_lr", 0.1).withSetting("learning_rate", 0.1).history(),
            b.withSetting("max_lr", 0.2).withSetting("learning_rate", 0.2).history());
    List<RunHistory> found =
        List.of(
            a.withSetting("learning_rate", 0.1).history(),
            b.withSetting("learning_rate", 0.2).history());

    assertThat(Comparison.of(given).groups()).isEmpty();
    assertThat(Comparison.of(found).groups()).hasSize(1);
    assertThat(Comparison.of(found).differences())
        .contains(new Difference("learning rate", List.of("0.1", "0.2")));
  }

  @Test
  void anUnfinishedRunIsInNoGroupAndARunTwiceIsNone() {
    SampleRun a = SampleRun.small("a", 1, 1e-4, 0.5, 2.0);
    SampleRun b = SampleRun.small("b", 2, 1e-4, 0.6, 1.8);
    SampleRun early = b.withDone(1, Status.FINISHED);

    assertThat(Comparison.of(List.of(a.history(), early.history())).groups()).isEmpty();
    assertThat(Comparison.of(List.of(a.history(), a.history())).groups()).isEmpty();
    RunHistory again = SampleRun.small("again", 1, 1e-4, 0.5, 2.0).history();
    assertThat(Comparison.of(List.of(a.history(), again, b.history())).groups())
        .singleElement()
        .satisfies(group -> assertThat(group.names()).containsExactly("a", "b"));
  }

  @Test
  void resultsAreOfTheLastAndTheBestEpoch() {
    RunResult result = RunResult.of(SampleRun.small("a", 1, 1e-4, 0.5, 2.0).history());

    assertThat(result.epochs()).isEqualTo(2);
    assertThat(result.accuracy()).hasValue(50);
    assertThat(result.bestAccuracy()).as("of the first epoch").hasValue(75);
    assertThat(result.validationLoss()).hasValue(2.0);
    assertThat(result.trainLoss()).hasValue(1.5);
    assertThat(result.trainSeconds()).hasValue(4);
    assertThat(result.samplesPerSecond()).as("(100·1 + 200·3) / 4").hasValue(175);
    assertThat(result.status()).isEqualTo("finished");
  }

  @Test
  void resultsAreOfEvaluationsNotOfEpochs() {
    SampleRun run = SampleRun.small("a", 1, 1e-4, 0.5, 2.0).evaluatedEvery(2);
    RunResult result = RunResult.of(run.history());
    assertThat(result.accuracy()).hasValue(50);
    assertThat(result.bestAccuracy()).as("the first epoch is not known").hasValue(50);

    RunHistory early = run.withDone(1, Status.FINISHED).history();
    RunResult none = RunResult.of(early);
    assertThat(none.epochs()).isEqualTo(1);
    assertThat(none.accuracy()).isEmpty();
    assertThat(none.bestAccuracy()).isEmpty();
    assertThat(none.validationLoss()).isEmpty();
    assertThat(none.trainLoss()).hasValue(2.3);
    assertThat(ResultTable.of(Comparison.of(List.of(early))).cells(none))
        .containsExactly("", "", "", "", "2.3000", "1", "100", "1", "finished");
    assertThat(Comparison.of(List.of(early, run.history())).ranked())
        .extracting(RunResult::name)
        .containsExactly("a");
  }

  /** Runs that are evaluated after each epoch do not have the setting, and are not blank. */
  @Test
  void theIntervalOfEvaluationsIsADifference() {
    SampleRun each = SampleRun.small("a", 1, 1e-4, 0.5, 2.0);
    SampleRun few = SampleRun.small("b", 1, 1e-4, 0.5, 2.0).evaluatedEvery(2);
    assertThat(Comparison.of(List.of(each.history(), few.history())).differences())
        .containsExactly(new Difference("evaluate every", List.of("1", "2")));
  }

  @Test
  void aRunWithoutAnEpochHasBlanks() {
    SampleRun a = SampleRun.small("a", 1, 1e-4, 0.5, 2.0);
    SampleRun bare = a.with(Place.RUN, "bare").withDone(0, Status.FINISHED);
    Comparison comparison = Comparison.of(List.of(bare.history(), a.history()));

    assertThat(comparison.results().get(0).accuracy()).isEqualTo(OptionalDouble.empty());
    assertThat(comparison.ranked()).extracting(RunResult::name).containsExactly("a");
  }

  @Test
  void runsAndLogsAreRankedByAccuracy() {
    RunCurves csv =
        RunCurves.named("csv")
            .with(Quantity.ACCURACY, List.of(new Point(0, 99), new Point(9, 92.44)));
    Comparison comparison =
        Comparison.of(List.of(SampleRun.small("a", 1, 1e-4, 0.5, 2.0).history()), List.of(csv));

    assertThat(comparison.ranked()).extracting(RunResult::name).containsExactly("csv", "a");
    assertThat(comparison.ranked().get(0).accuracy()).hasValue(92.44);
    assertThat(comparison.ranked().get(0).bestAccuracy()).hasValue(99);
    assertThat(comparison.compared()).containsExactly("a");
  }

  private static final Measure ERROR =
      new Measure("mean_absolute_error", "mean absolute error", Measure.Better.LOWER, false);
  private static final Measure F1 = new Measure("f1", "F1", Measure.Better.HIGHER, true);

  /** A run of a program's own data, whose metric was another one after each epoch. */
  private static RunHistory judged(String name, int seed, Measure measure, double... values) {
    RunHistory run = SampleRun.small(name, seed, 1e-4, 0.5, 2.0).history();
    Task task =
        new Task("samples float32 [2]", "numbers", List.of("y"), "loss", List.of(measure), true);
    List<EpochRecord> epochs = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      EpochRecord e = run.epochs().get(i);
      epochs.add(
          new EpochRecord(
              e.epoch(),
              e.steps(),
              e.trainLoss(),
              e.samplesPerSecond(),
              e.trainSeconds(),
              Optional.of(new Evaluated(1.0, Map.of(measure.name(), values[i]), 1))));
    }
    return new RunHistory(name, run.record().withTask(task), run.steps(), epochs, List.of());
  }

  @Test
  void runsAreRankedByTheMetricOfTheBestEpochInItsDirection() {
    Comparison errors =
        Comparison.of(List.of(judged("a", 1, ERROR, 0.2, 0.3), judged("b", 2, ERROR, 0.5, 0.125)));
    assertThat(errors.ranked()).extracting(RunResult::name).containsExactly("b", "a");
    assertThat(errors.results().get(0).score()).contains(new RunResult.Score(ERROR, 0.3, 0.2));
    assertThat(errors.results().get(0).accuracy()).isEmpty();
    ResultTable table = ResultTable.of(errors);
    assertThat(table.headings())
        .startsWith("mean absolute error", "best", "validation loss")
        .contains("samples/s");
    assertThat(table.cells(errors.results().get(0))).startsWith("0.3", "0.2", "1.0000");
    assertThat(errors.groups().get(0).measure()).isEqualTo(ERROR);
    assertThat(errors.groups().get(0).score().mean()).isEqualTo(0.2125);
    Comparison shares =
        Comparison.of(List.of(judged("a", 1, F1, 0.2, 0.3), judged("b", 1, F1, 0.5, 0.6)));
    assertThat(shares.ranked()).extracting(RunResult::name).containsExactly("b", "a");
    assertThat(ResultTable.of(shares).cells(shares.results().get(0))).startsWith("30.00", "30.00");
  }

  @Test
  void runsWithDifferentMetricsAreNotRankedAgainstEachOther() {
    Comparison comparison =
        Comparison.of(List.of(judged("a", 1, ERROR, 0.2, 0.3), judged("b", 2, F1, 0.5, 0.6)));
    assertThat(comparison.ranked()).isEmpty();
    assertThat(comparison.measures()).containsExactly(ERROR, F1);
    assertThat(comparison.groups()).isEmpty();
    ResultTable table = ResultTable.of(comparison);
    assertThat(table.headings())
        .startsWith("mean absolute error", "best", "F1, %", "best, %", "validation loss");
    assertThat(table.cells(comparison.results().get(1))).startsWith("", "", "60.00", "60.00");
  }

  /**
   * Newcombe's interval of 10 of 10 minus 7 of 10 is 3.3 points below 0 to 60; of 30 of 30 minus 21
   * of 30 it is 11.6 points to 47.9.
   */
  @Test
  void aDifferenceOfFewImagesMayBeChanceEvenFromOneWithoutAMistake() {
    assertThat(result(1, 10).maybeEqual(result(0.7, 10))).isTrue();
    assertThat(result(0.7, 10).maybeEqual(result(1, 10))).isTrue();
    assertThat(result(1, 30).maybeEqual(result(0.7, 30))).isFalse();
    assertThat(result(1, 0).maybeEqual(result(1, 30))).as("unknown").isFalse();
  }

  private static RunResult result(double accuracy, int images) {
    RunResult.Score score = new RunResult.Score(Measure.ACCURACY, accuracy, accuracy);
    return new RunResult(
        "run",
        "",
        1,
        new RunResult.Validation(Optional.of(score), OptionalDouble.empty(), images, "images"),
        OptionalDouble.empty(),
        new RunResult.Speed(OptionalDouble.empty(), OptionalDouble.empty()));
  }
}
