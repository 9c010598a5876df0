package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.StepRecord;
import dev.onecycle.schedule.OneCycle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  static RunRecord record() {
    return RunRecord.of(
            new RunRecord.Data(
                "x",
                "abc",
                List.of("<b>", "ö"),
                List.of(3, 8, 8),
                10,
                new RunRecord.Evaluation("test", 5)),
            RunRecord.PolicySummary.of(OneCycle.of(30, 0.1)),
            ConditionsTest.some())
        .withOrigin("2026-01-01T00:00:00Z", List.of("onecycle", "train", "x"), Map.of("java", "17"))
        .withConfig(Map.of("batch_size", 4), Map.of("precision", "fp32"))
        .withLearningRateSource(
            "as given", List.of(new Conditions.Difference("dropout", "0", "0.1")));
  }

  @Test
  void keepsStepsAndEpochsToTheLastBit() throws IOException {
    Path run = folder.resolve("deep/er/run");
    double odd = Math.nextUp(0.1);
    try (RunFolder files = RunFolder.create(run, record())) {
      files.step(new StepRecord(0, 0, odd, 0.95, 2.5));
      files.step(new StepRecord(1, 0, 1e-30, 0.85, Math.PI));
      files.epoch(
          new EpochRecord(
              0, 2, 2.1, 100, 1.5, Optional.of(new EpochRecord.Evaluated(2.0, 0.5, 0.5))));
      // on disk at the end of the epoch, while the folder is still open
      assertThat(Files.readAllLines(run.resolve("steps.csv"))).hasSize(3);
    }
    List<String> steps = Files.readAllLines(run.resolve("steps.csv"));
    assertThat(steps.get(0)).isEqualTo("step,epoch,learning_rate,momentum,loss");
    assertThat(Double.parseDouble(steps.get(1).split(",", -1)[2])).isEqualTo(odd);
    assertThat(Double.parseDouble(steps.get(2).split(",", -1)[4])).isEqualTo(Math.PI);
    assertThat(Files.readAllLines(run.resolve("epochs.csv")).get(1))
        .isEqualTo("0,2,2.1,2.0,0.5,100.0,1.5,0.5");
  }

  /** A folder in the place of the record stands for a disk that is full for a while. */
  @Test
  void aRecordThatCouldNotBeWrittenIsWrittenLater() throws IOException {
    Path run = folder.resolve("run");
    Path file = run.resolve(RunFolder.RECORD);
    RunRecord record = record();
    try (RunFolder files = RunFolder.create(run, record)) {
      files.write(record);
      Files.delete(file);
      files.writeUnwritten();
      assertThat(file).as("nothing is left to write").doesNotExist();
      Files.createDirectory(file);
      assertThatThrownBy(() -> files.write(record)).isInstanceOf(CannotWriteException.class);
      assertThatThrownBy(files::writeUnwritten).isInstanceOf(CannotWriteException.class);
      Files.delete(file);
      files.writeUnwritten();
      assertThat(RunFolder.read(run)).isEqualTo(record);
    }
  }

  @Test
  void anEpochThatWasNotEvaluatedHasEmptyCells() throws IOException {
    Path run = folder.resolve("run");
    EpochRecord evaluated =
        new EpochRecord(1, 4, 2.1, 100, 1.5, Optional.of(new EpochRecord.Evaluated(2.0, 0.5, 0.5)));
    EpochRecord not = new EpochRecord(0, 2, 2.25, 90, 1.25, Optional.empty());
    try (RunFolder files = RunFolder.create(run, record())) {
      files.epoch(not);
      files.epoch(evaluated);
    }
    List<String> lines = Files.readAllLines(run.resolve("epochs.csv"));
    assertThat(lines.subList(1, 3))
        .containsExactly("0,2,2.25,,,90.0,1.25,", "1,4,2.1,2.0,0.5,100.0,1.5,0.5");
    TrainingPosition at =
        new TrainingPosition(4, List.of(not, evaluated), 0, 0, 0, LossWatch.START);
    RunFolder.reopen(run, RunLock.take(run), at, ClassificationFileTest.PICTURES).close();
    assertThat(Files.readAllLines(run.resolve("epochs.csv"))).isEqualTo(lines);
  }

  @Test
  void theRecordSaysHowOftenARunIsEvaluated() {
    assertThat(record().evaluateEvery()).isEqualTo(1);
    RunRecord few = record().withConfig(Map.of("evaluate_every", 5), Map.of());
    assertThat(few.evaluateEvery()).isEqualTo(5);
  }

  @Test
  void theRecordKnowsItsLengthPeakAndRanks() {
    assertThat(record().plannedEpochs()).isEmpty();
    assertThat(record().chosenPeak()).isEmpty();
    assertThat(record().ranks()).isEqualTo(1);
    RunRecord chosen =
        record()
            .withConfig(
                Map.of(RunRecord.EPOCHS, 5),
                Map.of(RunRecord.EPOCHS, 3L, RunRecord.LEARNING_RATE, 0.1, RunRecord.RANKS, 2));
    assertThat(chosen.plannedEpochs()).hasValue(3);
    assertThat(chosen.chosenPeak()).hasValue(0.1);
    assertThat(chosen.ranks()).isEqualTo(2);
    RunRecord asked =
        record().withConfig(Map.of(RunRecord.EPOCHS, 5), Map.of(RunRecord.LEARNING_RATE, "0.25"));
    assertThat(asked.plannedEpochs()).as("as configured").hasValue(5);
    assertThat(asked.chosenPeak()).as("of text").hasValue(0.25);
  }

  @Test
  void theRecordComesBackAsItWas() {
    Path run = folder.resolve("run");
    try (RunFolder files = RunFolder.create(run, record())) {
      assertThat(RunFolder.read(run)).isEqualTo(record());
      RunRecord ended =
          record().withEnd(RunRecord.Status.FINISHED, "later", Map.of("test_accuracy", 0.5));
      files.write(ended);
      assertThat(RunFolder.read(run)).isEqualTo(ended);
    }
  }

  @Test
  void aFolderInUseIsRefusedAndLeftAlone() throws IOException {
    Files.writeString(folder.resolve("thesis.txt"), "precious");
    assertThatThrownBy(() -> RunFolder.requireWritable(folder))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("output folder must be new or empty but was " + folder);
    assertThatThrownBy(() -> RunFolder.create(folder, record()))
        .isInstanceOf(InvalidValueException.class);
    assertThat(folder).isDirectoryContaining("glob:**thesis.txt");
    try (var entries = Files.list(folder)) {
      assertThat(entries).hasSize(1);
    }
  }

  @Test
  void askingWhetherAFolderCouldBeWrittenLeavesNothing() throws IOException {
    RunFolder.requireWritable(folder.resolve("a/b"));
    try (var entries = Files.list(folder)) {
      assertThat(entries).isEmpty();
    }
    Path file = Files.writeString(folder.resolve("file"), "x");
    for (Path blocked : List.of(file.resolve("run"), Path.of("/proc/onecycle/run"))) {
      assertThatThrownBy(() -> RunFolder.requireWritable(blocked))
          .isInstanceOf(CannotWriteException.class)
          .hasMessageContaining(blocked.toString());
    }
  }

  @Test
  void aDamagedRecordIsNamed() throws IOException {
    Files.writeString(folder.resolve("run.json"), "{\"format\": 1, ");
    assertThatThrownBy(() -> RunFolder.read(folder))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("run.json");
    assertThatThrownBy(() -> RunFolder.read(folder.resolve("absent")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("no such file");
  }

  private static EpochRecord epoch(int number) {
    return new EpochRecord(
        number, 2L * (number + 1), 2, 100, 3, Optional.of(new EpochRecord.Evaluated(1.5, 0.5, 1)));
  }

  private static TrainingPosition after(int epochs, long step) {
    List<EpochRecord> done = new java.util.ArrayList<>();
    for (int i = 0; i < epochs; i++) {
      done.add(epoch(i));
    }
    return new TrainingPosition(step, done, 0, 0, 0, LossWatch.START);
  }

  private Path twoEpochs() {
    Path run = folder.resolve("run");
    try (RunFolder files = RunFolder.create(run, record())) {
      for (int step = 0; step < 4; step++) {
        files.step(new StepRecord(step, step / 2, 0.1 / (step + 1), 0.9, 1.0 / (step + 1)));
        if (step % 2 == 1) {
          files.epoch(epoch(step / 2));
        }
      }
    }
    return run;
  }

  @Test
  void reopenedItHoldsWhatCameBeforeThePosition() throws IOException {
    Path run = twoEpochs();
    List<String> steps = Files.readAllLines(run.resolve("steps.csv"));
    List<String> epochs = Files.readAllLines(run.resolve("epochs.csv"));
    Files.writeString(run.resolve("steps.csv"), "4,2,0.01,0.", StandardOpenOption.APPEND);
    Files.writeString(run.resolve(".run.json.1.tmp"), "half");
    RunFolder.reopen(run, RunLock.take(run), after(1, 3), ClassificationFileTest.PICTURES).close();
    assertThat(Files.readAllLines(run.resolve("steps.csv"))).isEqualTo(steps.subList(0, 4));
    assertThat(Files.readAllLines(run.resolve("epochs.csv"))).isEqualTo(epochs.subList(0, 2));
    assertThat(run.resolve(".run.json.1.tmp")).doesNotExist();
  }

  @Test
  void goingBackTakesOutWhatCameAfter() throws IOException {
    Path run = folder.resolve("run");
    try (RunFolder files = RunFolder.create(run, record())) {
      files.step(new StepRecord(0, 0, 0.1, 0.9, 2));
      files.step(new StepRecord(1, 0, 0.2, 0.9, 3));
      files.goBack(after(0, 1));
      files.step(new StepRecord(1, 0, 0.3, 0.9, 1));
    }
    assertThat(Files.readAllLines(run.resolve("steps.csv")))
        .containsExactly(
            "step,epoch,learning_rate,momentum,loss", "0,0,0.1,0.9,2.0", "1,0,0.3,0.9,1.0");
  }

  /** A file in the way of the curves: nothing is lost, and written once it can be. */
  @Test
  void whatCouldNotBeWrittenIsWrittenLater() throws IOException {
    Path run = folder.resolve("run");
    try (RunFolder files = RunFolder.create(run, record())) {
      files.step(new StepRecord(0, 0, 0.1, 0.9, 2));
      Path steps = run.resolve("steps.csv");
      Path aside = Files.move(steps, run.resolve("aside"));
      assertThatThrownBy(files::flush)
          .isInstanceOf(CannotWriteException.class)
          .hasMessageContaining("steps.csv")
          .hasMessageContaining("removed");
      Files.createDirectory(steps);
      assertThatThrownBy(files::flush).isInstanceOf(CannotWriteException.class);
      Files.delete(steps);
      Files.move(aside, steps);
      files.step(new StepRecord(1, 0, 0.2, 0.9, 3));
    }
    assertThat(Files.readAllLines(run.resolve("steps.csv"))).hasSize(3);
  }

  @Test
  void onlyOneHasARunAtATime() {
    Path run = twoEpochs();
    try (RunLock lock = RunLock.take(run)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> RunLock.take(run))
            .isInstanceOf(CannotWriteException.class)
            .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
      }
      lock.close();
      RunLock.take(run).close();
    }
  }

  @Test
  void whatIsLeftOfARunWithoutARecordIsNoRun() throws IOException {
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.createFile(run.resolve(".lock"));
    Files.createFile(run.resolve(".run.json.1.tmp"));
    RunFolder.requireWritable(run);
    RunFolder.create(run, record()).close();
    assertThat(RunFolder.read(run)).isEqualTo(record());
    assertThat(run.resolve(".run.json.1.tmp")).doesNotExist();
  }
}
