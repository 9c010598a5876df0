package dev.onecycle.report.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.report.Samples;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.schedule.Policy;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.SweepFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CsvTest {
  private static final String HEADER =
      "step,learning_rate,loss,smoothed,momentum,chance_loss,lowest_loss,loss_noise,stop_factor,extended,stopped\n";
  private static final String OF_TEST = ",0.85,,,,10.0,false,diverged\n";

  @TempDir Path folder;

  private static RangeResult test(RangePoint... points) {
    return Samples.unclear(List.of(points), StopReason.DIVERGED, Verdict.Kind.TOO_SHORT);
  }

  @Test
  void scheduleHasARowForEveryStepWithExactNumbers() throws IOException {
    Policy policy = Samples.oneCycle();
    Path file = folder.resolve("schedule.csv");
    ScheduleCsv.write(policy, file);
    List<String> lines = Files.readAllLines(file);

    assertThat(lines).hasSize(9311);
    assertThat(lines.get(0)).isEqualTo("step,learning_rate,momentum");
    assertThat(lines.get(1)).isEqualTo("0,0.08,0.95");
    assertThat(lines.get(4019)).isEqualTo("4018,0.8,0.85");
    assertThat(lines.get(8037)).as("not rounded").isEqualTo("8036,0.07999999999999996,0.95");
    for (int step = 0; step < 9310; step++) {
      String[] cells = lines.get(step + 1).split(",", -1);
      assertThat(cells).hasSize(3);
      assertThat(Double.parseDouble(cells[1])).isEqualTo(policy.learningRate().at(step));
      assertThat(Double.parseDouble(cells[2])).isEqualTo(policy.momentum().at(step));
    }
  }

  @Test
  void aPolicyWithoutStepsIsAHeader() throws IOException {
    Path file = folder.resolve("none.csv");
    ScheduleCsv.write(Samples.policy("none", 0, s -> 1, s -> 0.9), file);

    assertThat(Files.readString(file)).isEqualTo("step,learning_rate,momentum\n");
  }

  @Test
  void sweepHasEveryPointOfEveryTest() throws IOException {
    Sweep sweep =
        Sweep.byEdge(
            Hyperparameter.WEIGHT_DECAY,
            List.of(
                SweepFixtures.candidate(1e-2, SweepFixtures.leaving(2)),
                SweepFixtures.candidate(
                    1e-4, SweepFixtures.leaving(6), SweepFixtures.leaving(12))));
    Path file = folder.resolve("sweep.csv");
    SweepCsv.write(sweep, file);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines.get(0)).isEqualTo("value,test,step,learning_rate,loss,smoothed");
    int points =
        sweep.candidates().stream()
            .flatMap(c -> c.test().runs().stream())
            .mapToInt(run -> run.points().size())
            .sum();
    assertThat(lines).hasSize(1 + points);
    var last = sweep.candidates().get(1).test().runs().get(1).points();
    String[] cells = lines.get(points).split(",", -1);
    assertThat(cells[0] + " " + cells[1]).isEqualTo("1.0E-4 1");
    assertThat(Double.parseDouble(cells[3])).isEqualTo(last.get(last.size() - 1).learningRate());
  }

  @Test
  void rangeIsTheSameInEveryLanguage() throws IOException {
    Locale usual = Locale.getDefault();
    Path file = folder.resolve("range.csv");
    try {
      Locale.setDefault(Locale.GERMANY);
      RangeCsv.write(test(new RangePoint(0, 0.001, 2.5, 2.25)), file);
    } finally {
      Locale.setDefault(usual);
    }

    assertThat(Files.readString(file)).isEqualTo(HEADER + "0,0.001,2.5,2.25" + OF_TEST);
  }

  @Test
  void numbersAreWrittenAsJavaWritesThem() throws IOException {
    Path file = folder.resolve("range.csv");
    RangeCsv.write(
        test(
            new RangePoint(0, 8e-4, Double.NaN, Double.NEGATIVE_INFINITY),
            new RangePoint(12_345_678, 1e9, -Double.MIN_VALUE, -Double.MAX_VALUE),
            new RangePoint(2, 0.1 + 0.2, -0.0, 1)),
        file);

    assertThat(Files.readString(file))
        .isEqualTo(
            HEADER
                + "0,8.0E-4,NaN,-Infinity"
                + OF_TEST
                + "12345678,1.0E9,-4.9E-324,-1.7976931348623157E308"
                + OF_TEST
                + "2,0.30000000000000004,-0.0,1.0"
                + OF_TEST);
  }

  @Test
  void aMissingFileIsBadData() {
    assertThatThrownBy(() -> RangeCsv.read(folder.resolve("absent.csv")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("absent.csv does not exist");
  }

  @Test
  void aFolderIsNotOverwritten() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken.csv"));

    assertThatThrownBy(() -> RangeCsv.write(test(), taken))
        .isInstanceOfSatisfying(CannotWriteException.class, e -> assertThat(e.created()).isFalse())
        .hasMessageContaining(taken.toString());
    assertThat(taken).isEmptyDirectory();
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("old.csv"), "old");

    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("No space left on device");
                    }))
        .isInstanceOfSatisfying(CannotWriteException.class, e -> assertThat(e.created()).isTrue())
        .hasMessage(file + " cannot be written: No space left on device");
    assertThat(Files.readString(file)).isEqualTo("old");
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void aScheduleThatThrowsLeavesNothing() throws IOException {
    Policy policy =
        Samples.policy(
            "throws",
            10,
            s -> {
              if (s == 5) {
                throw new IllegalStateException("step 5");
              }
              return 1;
            },
            s -> 0.9);

    assertThatThrownBy(() -> ScheduleCsv.write(policy, folder.resolve("s.csv")))
        .isInstanceOf(IllegalStateException.class);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aLinkStaysALink() throws IOException {
    Path file = Files.writeString(folder.resolve("real.csv"), "old");
    Path link = Files.createSymbolicLink(folder.resolve("link.csv"), file);
    RangeCsv.write(test(), link);

    assertThat(link).isSymbolicLink();
    assertThat(Files.readString(file)).isEqualTo(HEADER);
  }

  @Test
  @Timeout(30)
  void aPipeIsWrittenToAndNotReplaced() throws Exception {
    // A pipe of our own, never a device: a broken guard would replace /dev/null for everybody.
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process reader =
        new ProcessBuilder("cat", pipe.toString())
            .redirectOutput(folder.resolve("read.csv").toFile())
            .start();
    try {
      RangeCsv.write(test(new RangePoint(0, 0.001, 2.5, 2.25)), pipe);

      assertThat(Files.readAttributes(pipe, BasicFileAttributes.class).isOther()).isTrue();
      assertThat(reader.waitFor()).isZero();
      assertThat(folder.resolve("read.csv")).hasContent(HEADER + "0,0.001,2.5,2.25" + OF_TEST);
    } finally {
      reader.destroy();
    }
  }
}
