package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.console.Console;
import dev.onecycle.range.RangeTest;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.tune.BatchTrial;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningProgressTest {
  @TempDir Path temp;

  /** A step of 16 images takes 1 s, and a test from 1e-6 to 100 goes on to 1000: 134 steps. */
  @Test
  void theTimeIsThatOfTheLongestRangeTests() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 8, 2, 8, 8);
    TrainingConfig config =
        TrainingConfig.of(data.toString())
            .with(TrainingConfig.CACHE, temp.resolve("cache").toString())
            .with(TrainingConfig.THREADS, 1)
            .with(TrainingConfig.BATCH_SIZE, 16);
    StringWriter said = new StringWriter();
    PrintWriter writer = new PrintWriter(said);
    Console console = new Console(writer, writer, false, false);
    SweepPlan plan = SweepPlan.byEdge(RangeTest.atMomentum(0.85), 0);
    try (Experiment experiment = Experiment.openForTuning(config, JobListener.NONE);
        TuningProgress progress =
            new TuningProgress(console, "sweep", experiment, Optional.empty())) {
      progress.expect(3, 0, 0);
      progress.measured(BatchTrial.completed(16, OptionalLong.empty(), 16), plan);
      progress.announce();
    }
    writer.flush();
    assertThat(said.toString().strip())
        .isEqualTo("This will take at most about 7 minutes: 3 range tests of 2 minutes.");
  }
}
