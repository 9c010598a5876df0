package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunRecord.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunHistoryTest {
  private static final StepRecord FIRST = new StepRecord(0, 0, Math.nextUp(0.1), 0.95, 2.5);
  private static final StepRecord SECOND = new StepRecord(1, 0, 0.2, 0.85, Double.NaN);
  private static final EpochRecord EPOCH =
      new EpochRecord(0, 2, 2.1, 100, 1.5, Optional.of(new EpochRecord.Evaluated(2.0, 0.5, 0.5)));

  @TempDir Path folder;
  private Path run;

  @BeforeEach
  void trainTwoSteps() {
    run = folder.resolve("a run");
    try (RunFolder files = RunFolder.create(run, RunFolderTest.record())) {
      files.step(FIRST);
      files.step(SECOND);
      files.epoch(EPOCH);
    }
  }

  @Test
  void aFolderComesBackToTheLastBit() {
    RunHistory history = RunHistory.read(run);
    assertThat(history.name()).isEqualTo("a run");
    assertThat(RunFolder.read(run)).isEqualTo(RunFolderTest.record());
    assertThat(history.record())
        .as("no process trains it")
        .isEqualTo(RunFolderTest.record().withEnd(Status.INTERRUPTED, "", Map.of()));
    assertThat(history.steps()).containsExactly(FIRST, SECOND);
    assertThat(history.epochs()).containsExactly(EPOCH);
    assertThat(history.notes()).isEmpty();
  }

  @Test
  void anEpochThatWasNotEvaluatedComesBackWithoutAnEvaluation() throws IOException {
    Path epochs = run.resolve(RunFolder.EPOCHS);
    Files.writeString(epochs, Files.readString(epochs) + "1,4,2.0,,,90.0,1.5,\n2,6,2.0,1,,90,1,\n");
    RunHistory history = RunHistory.read(run);
    assertThat(history.epochs())
        .containsExactly(EPOCH, new EpochRecord(1, 4, 2, 90, 1.5, Optional.empty()));
    assertThat(history.notes())
        .containsExactly("1 line of epochs.csv cannot be understood and is left out");
  }

  @Test
  void aLineCutShortIsLeftOutEvenWhereItLooksWhole() throws IOException {
    Path steps = run.resolve(RunFolder.STEPS);
    // Cut within its last number, the line is a row of five numbers still, the last one wrong.
    Files.writeString(steps, Files.readString(steps) + "2,0,0.3,0.85,1.2");
    RunHistory history = RunHistory.read(run);
    assertThat(history.steps()).containsExactly(FIRST, SECOND);
    assertThat(history.notes())
        .containsExactly("1 line of steps.csv cannot be understood and is left out");
  }

  @Test
  void whateverCannotBeUnderstoodIsCounted() throws IOException {
    Path steps = run.resolve(RunFolder.STEPS);
    Files.writeString(steps, Files.readString(steps) + "\n1,2\nx,0,0,0,0\n3,0,0.3,0.85,1.5\n");
    RunHistory history = RunHistory.read(run);
    assertThat(history.steps()).hasSize(3);
    assertThat(history.notes())
        .containsExactly("3 lines of steps.csv cannot be understood and are left out");
  }

  @Test
  void absentCurvesAreSaid() throws IOException {
    Files.delete(run.resolve(RunFolder.STEPS));
    Files.writeString(run.resolve(RunFolder.EPOCHS), "");
    RunHistory history = RunHistory.read(run);
    assertThat(history.steps()).isEmpty();
    assertThat(history.epochs()).isEmpty();
    assertThat(history.notes()).containsExactly("steps.csv is missing");
  }

  @Test
  void aFolderOfSomethingElseIsRefused() {
    assertThatThrownBy(() -> RunHistory.read(folder))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("run.json");
  }
}
