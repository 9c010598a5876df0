package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Processes;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed and threads give the same bits, from process to process. */
class RepeatabilityIT {
  @TempDir Path temp;

  private Path train(Path data, String name, int seed) {
    Path out = temp.resolve(name);
    ProcessUnderTest run =
        Processes.start(
            temp,
            List.of(),
            "train",
            data,
            "--epochs",
            2,
            "--batch-size",
            40,
            "--threads",
            2,
            "--max-lr",
            0.1,
            "--dropout",
            0.2,
            "--seed",
            seed,
            "--out",
            out);
    assertThat(run.exitCode()).as(run.output()).isZero();
    return out;
  }

  private static byte[] bytes(Path run, String name) throws IOException {
    return Files.readAllBytes(run.resolve(name));
  }

  @Test
  void runsWithTheSameSeedWriteTheSameStepsAndWeights() throws IOException {
    Path data = TestData.colours(temp.resolve("data"));
    Path one = train(data, "one", 5);
    Path same = train(data, "same", 5);
    Path other = train(data, "other", 6);
    for (String name : List.of("steps.csv", "model.safetensors")) {
      assertThat(bytes(same, name)).as(name).isEqualTo(bytes(one, name));
      assertThat(bytes(other, name)).as(name).isNotEqualTo(bytes(one, name));
    }
  }
}
