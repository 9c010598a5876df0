package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.train.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that are resumed in a changed world; docs/how-to/resume.md lists the changes. */
class ChangedWorldTest extends StoppedRun {
  @Test
  void withoutAnyCheckpointItBeginsAgain() throws IOException {
    Path run = killed();
    remove(run.resolve("checkpoints"));
    assertThat(Cli.run("resume", run).out()).contains("Resuming from step 0 of 16");
    assertSameAsWhole(run);
  }

  /** 8 of 16 steps are left; one more epoch makes them 16, each half as far apart. */
  @Test
  void moreEpochsStretchWhatIsLeftOfTheCycle() throws IOException {
    Path run = killed();
    Cli.Result result = Cli.run("resume", run, "--extend-epochs", 1);
    assertThat(result.code()).as(result.err()).isZero();
    List<String[]> steps = Cli.csv(run.resolve("steps.csv"), STEPS);
    List<String[]> before = Cli.csv(whole.resolve("steps.csv"), STEPS);
    assertThat(steps).hasSize(24);
    for (int i = 0; i < 24; i++) {
      double place = i < 8 ? i : 8 + (i - 8) * 7 / 15.0; // the last step stays the last
      int low = (int) place;
      int high = Math.min(15, low + 1);
      double expected =
          rate(before, low) + (place - low) * (rate(before, high) - rate(before, low));
      assertThat(rate(steps, i)).as("step %d", i).isCloseTo(expected, within(1e-15));
    }
    JsonNode record = Cli.parse(run.resolve("run.json"));
    assertThat(record.at("/resolved/epochs").asInt()).isEqualTo(3);
    assertThat(record.at("/policy/steps").asInt()).isEqualTo(24);
    assertThat(record.at("/amendments/0/added_steps").asInt()).isEqualTo(STEPS_AN_EPOCH);
    assertThat(Cli.read(run.resolve("report.html"))).contains("resumed with 1 epochs more");
    assertRefused(
        Cli.run("resume", run, "--extend-epochs", 1), 2, "--extend-epochs", "is finished");
  }

  private static double rate(List<String[]> steps, int i) {
    return Double.parseDouble(steps.get(i)[2]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--batch-size=8", "--seed=1", "--epochs=3", "--threads=2", "--weight-decay=0"})
  void settingsAreTheRunsOwn(String option) throws IOException {
    assertRefused(Cli.run("resume", killed(), option), 2, "unknown option");
  }

  @Test
  void anExtensionIsCounted() throws IOException {
    assertRefused(
        Cli.run("resume", killed(), "--extend-epochs", -1), 2, "--extend-epochs must be at least");
  }

  /** Threads are replicas, which batch norms depend on: a resumed run has as many as it had. */
  @Test
  void threadsAreThoseOfTheRunOnAnyMachine() throws IOException {
    Path run = killed();
    edit(run, "/config/threads", 0);
    assertThat(Cli.run("resume", run).out()).contains("on 1 threads");
    assertSameAsWhole(run);
  }

  /** As with threads: a run begun on {@code auto} is resumed on the device that this was. */
  @Test
  void theDeviceIsThatOfTheRun() throws IOException {
    assumeFalse(Engine.seesGpu());
    Path run = killed();
    edit(run, "/config/device", "auto");
    edit(run, "/resolved/device", "cuda");
    assertRefused(
        Cli.run("resume", run),
        2,
        "--device must be one that the engine can compute on but was cuda");
    edit(run, "/resolved/device", "cpu");
    assertThat(Cli.run("resume", run).out()).contains("on 1 threads");
    assertSameAsWhole(run);
  }

  private Path movedData() throws IOException {
    return copy(data, scratch.resolve("moved"));
  }

  @Test
  void imagesThatMovedAreNamed() throws IOException {
    Path run = killed();
    edit(run, "/config/data", scratch.resolve("gone").toString());
    assertRefused(Cli.run("resume", run), 65, "gone");
    Path moved = movedData();
    assertThat(Cli.run("resume", run, "--data", moved).code()).isZero();
    assertSameAsWhole(run);
    assertThat(Cli.parse(run.resolve("run.json")).at("/config/data").asText())
        .isEqualTo(moved.toString());
  }

  @Test
  void anImageLessIsRefused() throws IOException {
    Path moved = movedData();
    Files.delete(moved.resolve("train/red/000.png"));
    assertRefused(Cli.run("resume", killed(), "--data", moved), 2, "images must be the same as in");
    Path run = killed("unnamed");
    edit(run, "/config/data", moved.toString());
    assertRefused(Cli.run("resume", run), 2, "name their folder or file with --data");
  }

  @Test
  void anImageMoreIsRefused() throws IOException {
    Path moved = movedData();
    Files.copy(moved.resolve("test/red/000.png"), moved.resolve("train/red/more.png"));
    assertRefused(Cli.run("resume", killed(), "--data", moved), 2, "images must be the same as in");
  }

  @Test
  void aClassOfAnotherNameIsRefused() throws IOException {
    Path moved = movedData();
    for (String part : List.of("train", "test")) {
      Files.move(moved.resolve(part).resolve("red"), moved.resolve(part).resolve("rot"));
    }
    assertRefused(Cli.run("resume", killed(), "--data", moved), 2, "images must be the same as in");
  }

  @Test
  void anotherMachineIsSaidAndGoesOn() throws IOException {
    Path run = killed();
    edit(run, "/environment/processor", "abacus");
    Cli.Result result = Cli.run("resume", run);
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("perhaps not to the same bits: processor was abacus");
  }

  /** A run whose settings were left to defaults is not resumed under other ones. */
  @Test
  void defaultsThatHaveChangedAreRefused() throws IOException {
    Path run = killed();
    edit(run, "/conditions/augmentation", "pad 4 (reflect), random crop, alternating flip");
    assertRefused(
        Cli.run("resume", run),
        2,
        "condition augmentation must be pad 4 (reflect), random crop, alternating flip, as in",
        "but was pad 4 (reflect), random crop, flip;");
    run = killed("averaged");
    edit(run, "/conditions/batchnorm_momentum", "0.4");
    assertRefused(Cli.run("resume", run), 2, "condition batchnorm momentum must be 0.4, as in");
    run = killed("cycled");
    edit(run, "/conditions/momentum_at_peak", "0.9");
    assertRefused(Cli.run("resume", run), 2, "condition momentum at peak must be 0.9, as in");
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    Path run = killed();
    edit(run, "/format", 3);
    assertRefused(Cli.run("resume", run), 65, "run.json", "format 3");
    edit(run, "/format", 1);
    assertRefused(Cli.run("resume", run), 65, "run.json", "format 1");
  }

  @Test
  void aRecordThatContradictsItselfIsRefused() throws IOException {
    Path run = killed();
    edit(run, "/resolved/learning_rate", 0.06);
    assertRefused(Cli.run("resume", run), 65, "run.json", "its settings do not give");
  }

  @Test
  void aSettingOutOfRangeIsRefusedByItsNameInTheRecord() throws IOException {
    Path run = killed();
    edit(run, "/config/batch_size", 1);
    assertRefused(
        Cli.run("resume", run), 65, "run.json", "batch_size must be at least 2 but was 1");
  }

  @Test
  void aRunOfAProgramIsResumedAsAnyOther() throws IOException {
    Path run = scratch.resolve("run");
    TrainingConfig config =
        TrainingConfig.of(data.toString())
            .with(TrainingConfig.EPOCHS, 2)
            .with(TrainingConfig.MAX_LR, 0.05)
            .with(TrainingConfig.BATCH_SIZE, 16)
            .with(TrainingConfig.DROPOUT, 0.1)
            .with(TrainingConfig.THREADS, 1);
    assertThat(TrainingJob.start(config, run).isFinished()).isTrue();
    assertSameAsWhole(run);
    kill(run);
    Cli.Result resumed = Cli.run("resume", run);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Resuming from step 8 of 16");
    assertSameAsWhole(run);
  }

  @Test
  void whatIsNoRunIsRefused() {
    assertRefused(
        Cli.run("resume", data), 65, data + " is not the folder of a run: it has no run.json");
    Path nowhere = data.resolve("nowhere");
    assertRefused(Cli.run("resume", nowhere), 65, nowhere + " cannot be read: no such file");
  }

  /** The record keeps when a run is saved: resuming it keeps to that, unless told otherwise. */
  @Test
  void howItIsSavedIsKept() throws IOException {
    Path run = killed();
    edit(run, "/config/checkpoint_minutes", -1);
    assertRefused(
        Cli.run("resume", run), 65, "run.json", "checkpoint_minutes must be in (0, 525600]");
    assertThat(Cli.run("resume", run, "--checkpoint-minutes", 1).code()).isEqualTo(65);
    edit(run, "/config/checkpoint_minutes", 7);
    edit(run, "/config/on_save_error", "warn");
    assertThat(Cli.run("resume", run, "--checkpoint-minutes", 3).code()).isZero();
    JsonNode config = Cli.parse(run.resolve("run.json")).get("config");
    assertThat(config.get("checkpoint_minutes").asDouble()).isEqualTo(3);
    assertThat(config.get("on_save_error").asText()).isEqualTo("warn");
  }

  @Test
  void whereNoCheckpointIsSoundItIsForPeopleToBeginAgain() throws IOException {
    Path run = killed();
    for (String name : List.of("step-0000000000-epoch-000000", "step-0000000008-epoch-000001")) {
      Files.writeString(run.resolve("checkpoints").resolve(name).resolve("state.json"), "{}");
    }
    String steps = Cli.read(run.resolve("steps.csv"));
    assertRefused(
        Cli.run("resume", run), 65, "must be sound but none of 2 was", "to begin the run");
    assertThat(Cli.read(run.resolve("steps.csv"))).isEqualTo(steps);
  }
}
