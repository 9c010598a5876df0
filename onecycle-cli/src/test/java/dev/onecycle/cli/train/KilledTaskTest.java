package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.KilledProcess;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledTaskTest {
  @TempDir Path temp;

  @Test
  void theRunOfAProgramThatWasKilledIsResumedToTheSameBits() throws IOException {
    Path whole = temp.resolve("whole");
    RunSummary undisturbed = TrainingJob.start(TaskProgram.config(), whole, TaskProgram.task());
    Path killed = temp.resolve("killed");
    KilledProcess.afterEpochs(2, killed, TaskProgram.class, List.of(killed));
    RunSummary resumed = TrainingJob.resume(killed, TaskProgram.task());
    assertThat(resumed.isFinished()).isTrue();
    assertThat(resumed.evaluated().orElseThrow().metrics())
        .isEqualTo(undisturbed.evaluated().orElseThrow().metrics());
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(whole.resolve(name), killed.resolve(name))).as(name).isEqualTo(-1);
    }
  }
}
