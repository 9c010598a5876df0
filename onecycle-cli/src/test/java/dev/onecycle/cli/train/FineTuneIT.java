package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Processes;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fine-tuning that is killed in either cycle goes on by the same command, to the same bits. */
@Tag("long")
class FineTuneIT {
  private static final int EPOCHS = 12;

  @TempDir Path temp;
  private Path data = Path.of("");

  private ProcessUnderTest start(Object... words) throws IOException {
    return Processes.start(Files.createTempDirectory(temp, "log"), List.of(), words);
  }

  private ProcessUnderTest fineTune(Path out) throws IOException {
    return start(
        "fine-tune",
        data,
        "--from",
        temp.resolve("first"),
        "--out",
        out,
        "--head-epochs",
        EPOCHS,
        "--epochs",
        EPOCHS,
        "--head-lr",
        0.05,
        "--max-lr",
        0.02,
        "--batch-size",
        8,
        "--threads",
        1);
  }

  private static void assertEnded(ProcessUnderTest ended) {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }

  private static String status(Path run) {
    return Cli.parse(run.resolve("run.json")).get("status").asText();
  }

  @Test
  void bothCyclesAreResumed() throws IOException {
    data = TestData.colours(temp.resolve("data"), 40, 10, 8, 8);
    assertEnded(
        start(
            "train",
            data,
            "--epochs",
            1,
            "--max-lr",
            0.05,
            "--batch-size",
            8,
            "--threads",
            1,
            "--out",
            temp.resolve("first")));
    Path whole = temp.resolve("whole");
    assertEnded(fineTune(whole));
    Path cut = temp.resolve("cut");
    ProcessUnderTest first = fineTune(cut);
    first.awaitOutput("epoch   3/" + EPOCHS);
    first.kill();
    assertThat(status(cut.resolve("1-head"))).isEqualTo("running");
    assertThat(cut.resolve("2-all")).doesNotExist();
    ProcessUnderTest second = fineTune(cut);
    second.awaitOutput("Second cycle");
    second.await(
        () -> Files.exists(cut.resolve("2-all/epochs.csv")) && epochs(cut) >= 3, "epoch 3");
    second.kill();
    assertThat(Cli.read(second.out())).contains("Resuming from step");
    assertThat(status(cut.resolve("1-head"))).isEqualTo("finished");
    assertThat(status(cut.resolve("2-all"))).isEqualTo("running");
    assertEnded(fineTune(cut));
    for (String run : List.of("1-head", "2-all")) {
      for (String name : List.of("model.safetensors", "steps.csv")) {
        assertThat(Files.mismatch(whole.resolve(run).resolve(name), cut.resolve(run).resolve(name)))
            .as(run + "/" + name)
            .isEqualTo(-1);
      }
    }
  }

  private static long epochs(Path out) {
    return Cli.read(out.resolve("2-all/epochs.csv")).lines().count() - 1;
  }
}
