package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.run.RunEntry.State;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.schedule.OneCycle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of runs, their state, and what may be renamed or deleted. */
class RunCatalogTest {
  @TempDir Path folder;

  private static RunRecord record(Status status) {
    return RunRecord.of(
            new RunRecord.Data(
                "photos",
                "abc",
                List.of("a", "b"),
                List.of(3, 8, 8),
                10,
                new RunRecord.Evaluation("test", 5)),
            RunRecord.PolicySummary.of(OneCycle.of(30, 0.1)),
            Conditions.none().with("model", "from the conditions"))
        .withOrigin("2026-01-31T14:05:00Z", List.of(), Map.of())
        .withConfig(Map.of("model", "resnet20", "epochs", 5), Map.of("epochs", 3))
        .withEnd(status, "", Map.of());
  }

  private static EpochRecord epoch(int epoch, double loss, Map<String, Double> metrics) {
    return new EpochRecord(
        epoch, 10 * (epoch + 1), 2, 100, 1.5, Optional.of(new Evaluated(loss, metrics, 0.5)));
  }

  private Path run(String name, Status status) {
    Path run = folder.resolve(name);
    try (RunFolder files = RunFolder.create(run, record(status))) {
      files.epoch(epoch(0, 1.5, Map.of("accuracy", 0.75)));
      files.epoch(epoch(1, 1.25, Map.of("accuracy", 0.5)));
    }
    return run;
  }

  private RunEntry only() {
    assertThat(RunCatalog.read(folder)).hasSize(1);
    return RunCatalog.read(folder).get(0);
  }

  @Test
  void anEntryHasWhatARunTells() {
    run("first", Status.FINISHED);
    RunEntry run = only();
    assertThat(run.name()).isEqualTo("first");
    assertThat(run.state()).isEqualTo(State.FINISHED);
    assertThat(run.started()).contains(Instant.parse("2026-01-31T14:05:00Z"));
    assertThat(run.ended()).isEmpty();
    assertThat(run.model()).isEqualTo("resnet20");
    assertThat(run.data()).isEqualTo("photos");
    assertThat(run.value()).hasValue(0.5);
    assertThat(run.bestValue()).hasValue(0.75);
    assertThat(run.evaluationLoss()).hasValue(1.25);
    assertThat(run.plannedEpochs()).hasValue(3);
    assertThat(run.peak()).hasValue(0.1);
    assertThat(run.trainSeconds()).isEqualTo(3.0);
  }

  @Test
  void aRunOfNumbersHasItsOwnMeasure() {
    Measure error =
        new Measure("mean_absolute_error", "mean absolute error", Measure.Better.LOWER, false);
    Task task = new Task("samples", "numbers", List.of(), "squares", List.of(error), true);
    try (RunFolder files =
        RunFolder.create(folder.resolve("numbers"), record(Status.FINISHED).withTask(task))) {
      files.epoch(epoch(0, 1.5, Map.of(error.name(), 0.25)));
      files.epoch(epoch(1, 1.5, Map.of(error.name(), Double.NaN)));
    }
    assertThat(only().measure()).contains(error);
    assertThat(only().value()).isEmpty();
    assertThat(only().bestValue()).hasValue(0.25);
  }

  /** The record of a killed process says that it runs; its lock tells that it does not. */
  @Test
  void aRunIsInTrainingWhileItsFolderIsLocked() {
    Path run = folder.resolve("live");
    try (RunFolder files = RunFolder.create(run, record(Status.RUNNING))) {
      assertThat(only().state()).isEqualTo(State.TRAINING);
      assertThat(files.path()).isEqualTo(run);
      // Asking has not released the lock.
      assertThatThrownBy(() -> RunLock.take(run)).hasMessageContaining("in use by process");
    }
    assertThat(only().state()).isEqualTo(State.INTERRUPTED);
  }

  @Test
  void askingForTheLockOfAnotherProcessDoesNotDisturbIt() throws Exception {
    Path run = run("locked", Status.RUNNING);
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                run.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('h');
      for (int i = 0; i < 3; i++) {
        assertThat(RunLock.isHeld(run)).isTrue();
      }
      assertThat(only().state()).isEqualTo(State.TRAINING);
      assertThatThrownBy(() -> RunFiles.requireIdle(run))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("one that is not in use but was " + run);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertThat(RunLock.isHeld(run)).isFalse();
    assertThat(RunFiles.requireIdle(run)).isEqualTo(run);
  }

  /** Has the lock of a run until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (RunLock lock = RunLock.take(Path.of(args[0]))) {
        System.out.print('h');
        System.out.flush();
        Thread.sleep(60_000);
        lock.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "null",
        "[]",
        "{\"format\": 2}",
        "\u0000\u0001",
        "{\"format\": 99999999999999999999}"
      })
  void aDamagedRecordIsListedWithTheReason(String text) throws IOException {
    Files.writeString(run("broken", Status.FINISHED).resolve("run.json"), text);
    run("sound", Status.FINISHED);
    List<RunEntry> runs = RunCatalog.read(folder);
    assertThat(runs).extracting(RunEntry::name).containsExactly("broken", "sound");
    RunEntry broken = runs.get(0);
    assertThat(broken.state()).isEqualTo(State.DAMAGED);
    assertThat(broken.problem().orElseThrow()).contains("run.json");
    assertThat(broken.epochs()).hasSize(2);
    assertThat(broken.model()).isEmpty();
    assertThat(broken.value()).isEmpty();
  }

  @Test
  void aTaskWithoutMetricsIsADamagedRecord() throws IOException {
    Path record = run("broken", Status.FINISHED).resolve("run.json");
    String text = Files.readString(record);
    String without = text.replaceAll("(?s)\"metrics\" : \\[.*?\\]", "\"metrics\" : []");
    assertThat(without).isNotEqualTo(text);
    Files.writeString(record, without);
    assertThat(only().state()).isEqualTo(State.DAMAGED);
    assertThat(only().problem().orElseThrow()).contains("metrics");
  }

  @Test
  void aRunWithoutItsRecordIsListedAndAnEmptyFolderIsNot() throws IOException {
    Files.delete(run("no-record", Status.RUNNING).resolve("run.json"));
    Files.createDirectory(folder.resolve("empty"));
    Files.writeString(folder.resolve("compare.html"), "");
    assertThat(only().name()).isEqualTo("no-record");
    assertThat(only().state()).isEqualTo(State.DAMAGED);
  }

  @Test
  void runsInFoldersHaveTheirPathAsName() {
    run("fine/1-head", Status.FINISHED);
    run("fine/2-all", Status.FINISHED);
    run(".hidden/run", Status.FINISHED);
    run("a/b/c/run", Status.FINISHED);
    run("a/b/c/d/run", Status.FINISHED);
    run("run", Status.FINISHED);
    run("run/checkpoints/inside", Status.FINISHED);
    assertThat(RunCatalog.folders(folder).keySet())
        .containsExactly("a/b/c/run", "fine/1-head", "fine/2-all", "run");
    assertThat(RunCatalog.folders(folder.resolve("run")).keySet()).containsExactly("run");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void linksAreNotFollowed() throws IOException {
    Path outside = folder.resolve("outside");
    run("outside/run", Status.FINISHED);
    Path runs = Files.createDirectory(folder.resolve("runs"));
    Files.createSymbolicLink(runs.resolve("folder"), outside);
    Files.createSymbolicLink(runs.resolve("run"), outside.resolve("run"));
    Files.createDirectory(runs.resolve("record"));
    Files.createSymbolicLink(
        runs.resolve("record/run.json"), outside.resolve("run").resolve("run.json"));
    assertThat(RunCatalog.folders(runs)).isEmpty();
  }

  @Test
  void aFolderThatDoesNotExistIsAnError() {
    assertThatThrownBy(() -> RunCatalog.read(folder.resolve("none")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("none cannot be read: no such file or folder");
  }

  @Test
  void deletingARunRemovesItWholeAndNothingElse() throws IOException {
    Path run = run("run", Status.FINISHED);
    run("other", Status.FINISHED);
    Files.createDirectories(run.resolve("checkpoints/step-1"));
    Files.writeString(run.resolve("checkpoints/step-1/model.safetensors"), "weights");
    assertThat(RunFiles.size(run).files()).isEqualTo(5);
    assertThat(RunFiles.size(run).bytes()).isGreaterThan(1000);
    RunFiles.delete(RunFiles.requireNothingElse(RunFiles.requireIdle(run)), RunLock.take(run));
    assertThat(run).doesNotExist();
    assertThat(only().name()).isEqualTo("other");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void whatALinkLeadsToStays() throws IOException {
    Path run = run("run", Status.FINISHED);
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "");
    Files.createSymbolicLink(run.resolve("photos"), outside);
    Path link = Files.createSymbolicLink(folder.resolve("link"), run);
    assertThatThrownBy(() -> RunFiles.requireIdle(link)).hasMessageContaining("it is a link");
    RunFiles.delete(run, RunLock.take(run));
    assertThat(run).doesNotExist();
    assertThat(outside.resolve("kept")).exists();
  }

  @Test
  void aFolderThatIsNoRunOrHasOthersInItIsNotDeleted() throws IOException {
    run("runs/run", Status.FINISHED);
    for (Path no : List.of(folder.resolve("runs"), folder, folder.resolve("none"))) {
      assertThatThrownBy(() -> RunFiles.requireIdle(no))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("the folder of a run but was " + no);
    }
    Path run = run("run", Status.FINISHED);
    Files.createDirectory(run.resolve("photos"));
    assertThatThrownBy(() -> RunFiles.requireNothingElse(run))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(run.resolve("photos") + "; no training made it");
  }

  @Test
  void aRunIsRenamedInItsFolder() {
    Path run = run("run", Status.FINISHED);
    assertThat(RunFiles.rename(run, "baseline, lr 0.1"))
        .isEqualTo(folder.resolve("baseline, lr 0.1"));
    assertThat(only().name()).isEqualTo("baseline, lr 0.1");
    assertThat(only().state()).isEqualTo(State.FINISHED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        ".",
        "..",
        "../up",
        "a/b",
        "a\\b",
        "C:x",
        ".hidden",
        "-x",
        " x",
        "x ",
        "x.",
        "a\nb",
        "a\u001b[2J",
        "a\u202eb",
        "taken"
      })
  void aNameThatIsNoneOrIsTakenIsRefused(String name) {
    Path run = run("run", Status.FINISHED);
    run("taken", Status.FINISHED);
    assertThatThrownBy(() -> RunFiles.rename(run, name)).isInstanceOf(InvalidValueException.class);
    assertThat(RunCatalog.folders(folder).keySet()).containsExactly("run", "taken");
  }
}
