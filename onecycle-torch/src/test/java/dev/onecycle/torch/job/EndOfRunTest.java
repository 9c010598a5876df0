package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.Policy;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.TrainingConfig.OnSaveError;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a run ends that is stopped late, and one whose listeners fail. */
class EndOfRunTest {
  private static final int EPOCHS = 2;

  @TempDir Path temp;
  private TrainingConfig config;
  private Path run;

  @BeforeEach
  void threeSplits() throws IOException {
    Path data = temp.resolve("data");
    for (String split : new String[] {"train", "val", "test"}) {
      TestData.coloursSplit(data.resolve(split), 12, 8, 8);
    }
    run = temp.resolve("run");
    config =
        TrainingConfig.of(data.toString())
            .with(TrainingConfig.MODEL, "resnet20")
            .with(TrainingConfig.EPOCHS, EPOCHS)
            .with(TrainingConfig.BATCH_SIZE, 12)
            .with(TrainingConfig.MAX_LR, 0.01)
            .with(TrainingConfig.THREADS, 1)
            .with(TrainingConfig.CACHE, temp.resolve("cache").toString());
  }

  /** An interrupt after the last epoch meets the evaluation on the test images. */
  @Test
  void aRunThatIsStoppedBeforeItsLastEvaluationIsInterruptedAndGoesOn() {
    RunListener interrupting =
        new RunListener() {
          @Override
          public void epoch(EpochRecord epoch) {
            if (epoch.epoch() == EPOCHS - 1) {
              Thread.currentThread().interrupt();
            }
          }
        };
    RunSummary stopped = TrainingJob.start(config, run, RunControl.INTERRUPTS, interrupting);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(stopped.record().status()).isEqualTo(Status.INTERRUPTED);
    assertThat(stopped.record().outcome()).doesNotContainKey("test_accuracy");
    // A run that goes on has no model: it would be taken for the run's after an end by force.
    Path model = run.resolve(ModelFile.NAME);
    assertThat(model).exists();
    List<Boolean> there = new ArrayList<>();
    RunListener looking =
        new RunListener() {
          @Override
          public void resumed(Path folder, RunRecord record, Policy policy, TrainingPosition from) {
            there.add(Files.exists(model));
          }
        };
    RunSummary resumed =
        TrainingJob.resume(run, ResumeOptions.NONE, RunControl.INTERRUPTS, looking);
    assertThat(there).containsExactly(false);
    assertThat(model).exists();
    assertThat(resumed.record().status()).isEqualTo(Status.FINISHED);
    assertThat(resumed.record().outcome()).containsEntry("test_images", 36);
  }

  private static CannotWriteException full(String file) {
    return CannotWriteException.writing(
        file + " cannot be written: no space left", new IOException());
  }

  /** Where a run goes on after what cannot be saved, its first call is no exception. */
  @Test
  void aListenerThatCannotWriteDoesNotEndARunThatIsToGoOn() {
    RunListener full =
        new RunListener() {
          @Override
          public void begun(Path folder, RunRecord record, Policy policy) {
            throw full("schedule.svg");
          }
        };
    List<String> heard = new ArrayList<>();
    RunListener next =
        new RunListener() {
          @Override
          public void begun(Path folder, RunRecord record, Policy policy) {
            heard.add("begun");
          }
        };
    TrainingConfig warned = config.with(TrainingConfig.ON_SAVE_ERROR, OnSaveError.WARN);
    RunSummary summary = TrainingJob.start(warned, run, RunControl.INTERRUPTS, full, next);
    assertThat(summary.isFinished()).isTrue();
    assertThat(heard).containsExactly("begun");
    RunListener faulty =
        new RunListener() {
          @Override
          public void begun(Path folder, RunRecord record, Policy policy) {
            throw new IllegalStateException("a fault of the program");
          }
        };
    Path third = temp.resolve("third");
    assertThatThrownBy(() -> TrainingJob.start(warned, third, RunControl.INTERRUPTS, full, faulty))
        .as("no failed write hides it")
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> TrainingJob.start(config, temp.resolve("other"), RunControl.INTERRUPTS, full))
        .isInstanceOf(CannotWriteException.class);
  }

  private static final RunListener FAILS_AT_THE_END =
      new RunListener() {
        @Override
        public void ended(Path folder, RunRecord record) {
          throw full("report.html");
        }
      };

  /** The model is there: a report that is not makes no failed run. */
  @Test
  void aFinishedRunStaysFinishedWhereAListenerFailsAfterIt() {
    assertThatThrownBy(
            () -> TrainingJob.start(config, run, RunControl.INTERRUPTS, FAILS_AT_THE_END))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining("report.html");
    assertThat(RunFolder.read(run).status()).isEqualTo(Status.FINISHED);
  }

  @Test
  void theFailureOfARunIsToldBeforeThatOfItsListener() {
    assertThatThrownBy(
            () ->
                TrainingJob.start(
                    config.with(TrainingConfig.MAX_LR, 1e9),
                    run,
                    RunControl.INTERRUPTS,
                    FAILS_AT_THE_END))
        .isInstanceOf(DivergedException.class)
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(RunFolder.read(run).status()).isEqualTo(Status.DIVERGED);
  }

  /** The weights that it would have to be found for are not there yet. */
  @Test
  void aFineTuningTakesNoRateOfAFileWithoutALeave() {
    TrainingConfig asked =
        config
            .with(TrainingConfig.FROM, "model.safetensors")
            .without(TrainingConfig.MAX_LR)
            .with(TrainingConfig.LR_FROM, "rate.json");
    assertThatThrownBy(() -> FineTuning.of(asked, 1, null))
        .hasMessageContaining("lr_from must be left out, or accepted by accept_stale: the second")
        .hasMessageEndingWith("but was rate.json");
  }

  /** The rate of a file was found for all layers, and the head finds its own. */
  @Test
  void theHeadOfAFineTuningTakesNoRateOfAFile() {
    FineTuning two =
        FineTuning.of(
            config
                .with(TrainingConfig.FROM, "model.safetensors")
                .without(TrainingConfig.MAX_LR)
                .with(TrainingConfig.LR_FROM, "rate.json")
                .with(TrainingConfig.ACCEPT_STALE, true),
            1,
            null);
    assertThat(two.head().find(TrainingConfig.LR_FROM)).isEmpty();
    assertThat(two.head().get(TrainingConfig.ACCEPT_STALE)).isFalse();
    assertThat(two.allFrom(run).find(TrainingConfig.LR_FROM)).contains("rate.json");
    assertThatThrownBy(two::requireStoredRate)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("rate.json");
  }
}
