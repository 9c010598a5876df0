package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.OnecycleException;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.TestRanks;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.settings.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rank 1 is on another machine, which has no folder of the run. */
@Timeout(300)
class RunWeightsTest {
  @TempDir Path temp;

  private Path run(ProcessGroup group) {
    return temp.resolve(group.isFirst() ? "run" : "elsewhere");
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void otherRanksGetACopyForATime() throws IOException {
    byte[] model = new byte[20_000_003];
    new Random(1).nextBytes(model);
    Path run = Files.createDirectory(temp.resolve("run"));
    Files.write(run.resolve(ModelFile.NAME), model);
    Files.write(run.resolve(ModelFile.SCRIPT), new byte[] {1, 2, 3});
    List<Path> paths =
        TestRanks.run(
            2,
            group -> {
              try (RunWeights weights = RunWeights.of(run(group), group)) {
                if (!group.isFirst()) {
                  assertThat(bytes(weights.path())).isEqualTo(model);
                  assertThat(bytes(weights.path().resolveSibling(ModelFile.SCRIPT)))
                      .containsExactly(1, 2, 3);
                }
                return weights.path();
              }
            });
    assertThat(paths.get(0)).isEqualTo(run);
    assertThat(paths.get(1).getParent()).doesNotExist();
    assertThat(run.resolve(ModelFile.NAME)).exists();
    assertThat(RunWeights.of(run, ProcessGroup.ALONE).path()).isEqualTo(run);
  }

  /** As the second cycle of a fine-tuning follows the first one. */
  @Test
  void aTrainingOnRanksBeginsWithThem() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 20, 10, 8, 8);
    TrainingConfig config =
        TrainingConfig.of(data.toString())
            .with(TrainingConfig.EPOCHS, 2)
            .with(TrainingConfig.BATCH_SIZE, 32)
            .with(TrainingConfig.MAX_LR, 0.02)
            .with(TrainingConfig.PRECISION, Precision.FP32)
            .with(TrainingConfig.THREADS, 1);
    RunSummary first = TrainingJob.start(config, temp.resolve("run"));
    FineTuning phases =
        FineTuning.of(config.with(TrainingConfig.FROM, first.folder().toString()), 1, 0.02);
    List<RunSummary> second =
        TestRanks.run(
            2,
            group -> {
              try (RunWeights weights = RunWeights.of(run(group), group)) {
                return TrainingJob.start(
                    phases.allFrom(weights.path()), temp.resolve("second"), RunControl.on(group));
              }
            });
    assertThat(second).allMatch(RunSummary::isFinished);
    assertThat(second.get(0).record().config())
        .containsEntry("from", first.folder().toAbsolutePath().toString());
  }

  @Test
  void withoutAModelBothRanksEnd() throws IOException {
    Files.createDirectory(temp.resolve("run"));
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group -> {
                      try (RunWeights weights = RunWeights.of(run(group), group)) {
                        return weights.path();
                      }
                    }))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("run");
  }
}
