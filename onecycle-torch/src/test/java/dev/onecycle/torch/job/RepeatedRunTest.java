package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The configuration in the record of a run repeats it. */
class RepeatedRunTest {
  @TempDir Path temp;

  private TrainingConfig config() throws IOException {
    return TrainingConfig.of(TestData.colours(temp.resolve("data"), 12, 12, 8, 8).toString())
        .with(TrainingConfig.MODEL, "resnet20")
        .with(TrainingConfig.MAX_LR, 0.01)
        .with(TrainingConfig.EVALUATE_EVERY, 100)
        .with(TrainingConfig.CACHE, temp.resolve("cache").toString());
  }

  private static List<Double> losses(RunSummary run) {
    return run.epochs().stream().map(EpochRecord::trainLoss).toList();
  }

  /** Batch size, epochs and batch norms of few images are in no setting that was given. */
  @Test
  void alsoWhereFewImagesDecideSettings() throws IOException {
    RunSummary first =
        TrainingJob.start(config().with(TrainingConfig.THREADS, 1), temp.resolve("first"));
    assertThat(first.record().settings())
        .containsEntry("batch_size", 8)
        .containsEntry("epochs", 50)
        .containsEntry("reestimate_batchnorm", 5);
    Path file = temp.resolve("config.json");
    JsonFile.write(file, first.record().config());
    RunSummary second = TrainingJob.start(TrainingConfig.read(file), temp.resolve("second"));
    assertThat(second.record().settings()).isEqualTo(first.record().settings());
    assertThat(losses(second)).isEqualTo(losses(first));
  }

  /** Tests of few images are repeated, and tests that noise hides are longer: neither was given. */
  @Test
  void alsoWhereImagesDecideRangeTests() throws IOException {
    TrainingConfig found = config().without(TrainingConfig.MAX_LR);
    assertThat(found.toRepeat())
        .containsKey("range_end")
        .doesNotContainKeys("range_repeats", "range_batches", "range_loss");
    TrainingConfig given = found.with(TrainingConfig.RANGE_REPEATS, 1);
    assertThat(given.toRepeat()).containsEntry("range_repeats", 1);
  }

  @Test
  void alsoWhereTheRunWasResumed() throws IOException {
    RunListener interrupting =
        new RunListener() {
          @Override
          public void epoch(EpochRecord epoch) {
            Thread.currentThread().interrupt();
          }
        };
    RunSummary stopped =
        TrainingJob.start(config(), temp.resolve("run"), RunControl.INTERRUPTS, interrupting);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(stopped.record().status()).isEqualTo(RunRecord.Status.INTERRUPTED);
    RunSummary resumed = TrainingJob.resume(temp.resolve("run"));
    assertThat(resumed.record().config()).isEqualTo(stopped.record().config());
    assertThat(resumed.record().settings()).containsEntry("epochs", 50);
  }
}
