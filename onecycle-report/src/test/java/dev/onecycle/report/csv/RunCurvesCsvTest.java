package dev.onecycle.report.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunCurvesCsvTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("log.csv"), content);
  }

  private RunCurves read(String content) throws IOException {
    return RunCurvesCsv.read(file(content));
  }

  /** The first and last rows of L. N. Smith's clr3SS5kFig1a.csv. */
  @Test
  void readsTheLogsOfSuperConvergence() throws IOException {
    RunCurves run =
        read(
            "iteration,lr,test_accuracy,test_loss,train\n"
                + "0,0.1,0.10052,87.3366,4.328\n"
                + "100,0.158,0.21488,2.15539,1.90421\n"
                + "10000,,0.9244,0.308216,0.000332805\n");

    assertThat(run.name()).isEqualTo("log");
    assertThat(run.phases()).isEmpty();
    assertThat(run.learningRate().points()).containsExactly(new Point(0, .1), new Point(100, .158));
    assertThat(run.accuracy().points())
        .containsExactly(
            new Point(0, 100 * 0.10052), new Point(100, 100 * 0.21488), new Point(10000, 92.44));
    assertThat(run.validationLoss().points()).contains(new Point(0, 87.3366));
    assertThat(run.trainingLoss().points()).contains(new Point(10000, 0.000332805));
    assertThat(run.gap().points()).contains(new Point(100, 2.15539 - 1.90421));
    assertThat(run.momentum().points()).isEmpty();
    assertThat(run.lastStep()).isEqualTo(10000);
  }

  @Test
  void readsOurOwnStepsAndEpochs() throws IOException {
    RunCurves steps = read("step,epoch,learning_rate,momentum,loss\n0,0,0.1,0.95,2.5\n");
    assertThat(steps.momentum().points()).containsExactly(new Point(0, 0.95));
    assertThat(steps.trainingLoss().points()).containsExactly(new Point(0, 2.5));

    RunCurves epochs =
        read(
            "epoch,steps,train_loss,evaluation_loss,accuracy,samples_per_second,train_seconds,"
                + "evaluation_seconds\n0,391,2.1,2.0,0.5,100.0,1.5,0.5\n");
    assertThat(epochs.validationLoss().points()).containsExactly(new Point(390, 2.0));
    assertThat(epochs.accuracy().points()).containsExactly(new Point(390, 50));

    RunCurves few =
        read(
            "epoch,steps,train_loss,evaluation_loss,accuracy,samples_per_second,train_seconds,"
                + "evaluation_seconds\n0,391,2.25,,,100.0,1.5,\n1,782,1.5,2.0,0.5,100.0,1.5,0.5\n");
    assertThat(few.trainingLoss().points()).hasSize(2);
    assertThat(few.validationLoss().points()).containsExactly(new Point(781, 2.0));
    assertThat(few.gap().points()).containsExactly(new Point(781, 0.5));
  }

  @Test
  void quotesByteOrderMarkAndSpellingOfNamesDoNotMatter() throws IOException {
    RunCurves run =
        read(
            "\uFEFF\"Iteration\",\"note, more\",Valid Loss,\"Learning Rate\"\r\n7,\"a\nb\",2,1\r\n");

    assertThat(run.validationLoss().points()).containsExactly(new Point(7, 2));
    assertThat(run.learningRate().points()).containsExactly(new Point(7, 1));
  }

  @Test
  void theMoreSpecificNameCounts() throws IOException {
    RunCurves run = read("step,loss,accuracy,train_loss,val_accuracy\n0,9,0.9,1,0.5\n");

    assertThat(run.trainingLoss().points()).containsExactly(new Point(0, 1));
    assertThat(run.accuracy().points()).containsExactly(new Point(0, 50));
  }

  @Test
  void oneAccuracyAboveOneMakesAllPercent() throws IOException {
    assertThat(read("step,accuracy\n0,0.5\n1,71\n").accuracy().points())
        .containsExactly(new Point(0, 0.5), new Point(1, 71));
    assertThat(read("step,accuracy\n0,0.5\n1,1\n").accuracy().points())
        .containsExactly(new Point(0, 50), new Point(1, 100));
  }

  @Test
  void anEmptyCellIsIgnoredAndNaNIsAGap() throws IOException {
    RunCurves run = read("step,loss,lr\n0,1,\n\n1,NaN,0.1\n2,,0.1\n3,inf,0.1\n");

    assertThat(run.trainingLoss().points())
        .containsExactly(
            new Point(0, 1), new Point(1, Double.NaN), new Point(3, Double.POSITIVE_INFINITY));
    assertThat(run.learningRate().points()).hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "epoch,loss;0,1|1|a column of steps must be there, called step, iteration or iter, but"
            + " found epoch, loss",
        "step,note;0,1|1|a curve must be there, called one of learning_rate, lr, momentum,",
        "step,loss;0,1;1,x|3|training loss must be a number but was 'x'",
        "step,loss;0,1;;1,2,3|4|expected 2 cells as in the first line but found 3",
        "step,loss;,1|2|the step must be a number but was ''",
        "step,loss;5,1;4,1|3|steps must not decrease but 4 follows a later one",
        "step,loss,note;0,1,'a;b';1,x,c|4|training loss must be a number but was 'x'"
      },
      quoteCharacter = '`')
  void errorsNameTheLine(String content, int line, String message) throws IOException {
    Path file = file(content.replace("'a;b'", "\"a\nb\"").replace(';', '\n'));

    assertThatThrownBy(() -> RunCurvesCsv.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file + " line " + line + ": " + message);
  }

  @Test
  void missingAndEmptyFilesAreBadData() throws IOException {
    assertThatThrownBy(() -> RunCurvesCsv.read(folder.resolve("absent.csv")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("absent.csv does not exist");
    Path empty = file("");
    assertThatThrownBy(() -> RunCurvesCsv.read(empty))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(empty + " line 1: ");
  }

  @Test
  void theNameIsTheFileNameWithoutItsEnding() throws IOException {
    Path file = Files.writeString(folder.resolve("a.b.CSV"), "step,loss\n0,1\n");
    assertThat(RunCurvesCsv.read(file).name()).isEqualTo("a.b");
    assertThat(List.of(RunCurvesCsv.read(file(("step,loss\n"))).trainingLoss().points()))
        .containsExactly(List.of());
  }
}
