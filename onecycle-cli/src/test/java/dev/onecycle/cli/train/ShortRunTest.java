package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of few images, with no setting but the rate. */
class ShortRunTest {
  @TempDir Path temp;

  @Test
  void fewImagesAreTrainedInSmallBatchesAndResumedToTheSameBits() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 40, 10, 8, 8);
    Path run = temp.resolve("run");
    Cli.Result trained =
        Cli.run("train", data, "--max-lr=0.05", "--epochs=3", "--out", run, "--json");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.err())
        .contains("Batches of 8 instead of 128 images, for 45 updates instead of 3")
        .contains("updates instead of 3: set --batch-size to choose otherwise")
        .contains(
            "45 updates of 8 images are too few to learn much; set --epochs to 14 for at least 200")
        .contains("anew from 15 batches before each evaluation");
    assertThat(trained.json().get("test_accuracy").asDouble()).isGreaterThan(0.95);
    JsonNode record = Cli.parse(run.resolve("run.json"));
    assertThat(record.at("/resolved/batch_size").asInt()).isEqualTo(8);
    assertThat(record.at("/resolved/reestimate_batchnorm").asInt()).isEqualTo(15);
    assertThat(record.at("/conditions/batch_size").asText()).isEqualTo("8");
    assertThat(record.get("command").toString()).doesNotContain("batch-size");

    Path killed = StoppedRun.copy(run, temp.resolve("killed"));
    Files.delete(killed.resolve("model.safetensors"));
    StoppedRun.remove(killed.resolve("checkpoints/step-0000000045-epoch-000003"));
    StoppedRun.edit(killed, "/status", "running");
    Cli.Result resumed = Cli.run("resume", killed);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).doesNotContain("Batches of 8", "are few");
    for (String name : new String[] {"model.safetensors", "steps.csv"}) {
      assertThat(Files.mismatch(run.resolve(name), killed.resolve(name))).as(name).isEqualTo(-1);
    }
    JsonNode again = Cli.parse(killed.resolve("run.json"));
    for (String part : new String[] {"config", "resolved", "conditions"}) {
      assertThat(again.get(part)).as(part).isEqualTo(record.get(part));
    }
  }
}
