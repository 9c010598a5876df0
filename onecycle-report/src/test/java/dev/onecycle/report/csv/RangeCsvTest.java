package dev.onecycle.report.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.StopReason;
import dev.onecycle.report.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Curves of range tests in files: our own to the last bit, others as far as they say. */
class RangeCsvTest {
  @TempDir Path folder;

  private Path file(String content) throws IOException {
    return Files.writeString(folder.resolve("curve.csv"), content);
  }

  @Test
  void pointsReadBackToTheSameBits() {
    long seed = 20180407;
    SplittableRandom random = new SplittableRandom(seed);
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      double any = Double.longBitsToDouble(random.nextLong());
      points.add(new RangePoint(i, Math.pow(10, -8 + i / 100.0), any, -any));
    }
    points.add(new RangePoint(1000, 1e9, Double.NaN, Double.POSITIVE_INFINITY));
    Path file = folder.resolve("range.csv");
    RangeCsv.write(Samples.clear(points, 1), file);
    assertThat(RangeCsv.read(file).points()).as("seed " + seed).isEqualTo(points);
  }

  /** With the stop and the loss of knowing nothing, and so the verdict. */
  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, 0.3, 1.1, 2.5})
  void aResultReadsBackToItself(double chanceLoss) {
    RangeResult live =
        RangeResult.of(
            Samples.descent(),
            new RangeStop(StopReason.DIVERGED, 3.5, true),
            0.85,
            Double.isNaN(chanceLoss)
                ? Optional.empty()
                : Optional.of(new LossScale(chanceLoss, 0.1, 0.02)));
    Path file = folder.resolve("range.csv");
    RangeCsv.write(live, file);
    RangeCsv.Recorded read = RangeCsv.read(file);
    assertThat(
            RangeResult.of(
                read.points(),
                read.stop().orElseThrow(),
                read.momentum().orElseThrow(),
                read.scale()))
        .isEqualTo(live);
  }

  @ParameterizedTest
  @CsvSource({
    "'lr,loss\n0.1,2.5\n0.2,inf\n'",
    "'loss,epoch,Learning Rate\n2.5,1,0.1\nInfinity,1,0.2\n'",
    "'# a comment\n0.1,2.5\n\n0.2,+inf\n'",
    "'lrs,losses\n1e-1,25e-1\n2e-1,inf'"
  })
  void curvesFromElsewhereAreRead(String content) throws IOException {
    RangeCsv.Recorded read = RangeCsv.read(file(content));
    assertThat(read.points()).extracting(RangePoint::learningRate).containsExactly(0.1, 0.2);
    assertThat(read.points())
        .extracting(RangePoint::loss)
        .containsExactly(2.5, Double.POSITIVE_INFINITY);
    assertThat(read.points().get(0).smoothed()).isEqualTo(2.5);
    assertThat(read.stop()).isEmpty();
    assertThat(read.momentum()).isEmpty();
    assertThat(read.scale()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | is empty",
        "'lr,loss\n' | has a header but no points",
        "'lr,acc\n0.1,2' | line 1: the header must have a column loss or losses or train_loss but"
            + " was lr,acc",
        "'0.1,2,3\n' | line 1: a file without a header must have two columns",
        "'lr,loss\n0.1,2\n0.1,3' | line 3: the learning rate must be above 0.1, the one before, but"
            + " was 0.1",
        "'lr,loss\n0,2' | line 2: the learning rate must be above 0 but was 0.0",
        "'lr,loss\nnan,2' | line 2: the learning rate must be above 0 but was NaN",
        "'lr,loss\n0.1,2\n0.2,high' | line 3: loss must be a number but was 'high'",
        "'lr,loss\n0.1,2\n0.2' | line 3: expected 2 values but found 1",
        "'lr,loss,stopped\n0.1,2,tired' | line 2: stopped must be one of diverged"
      })
  void whatIsNoCurveIsRefusedByItsLine(String content, String message) throws IOException {
    Path file = file(content);
    assertThatThrownBy(() -> RangeCsv.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }
}
