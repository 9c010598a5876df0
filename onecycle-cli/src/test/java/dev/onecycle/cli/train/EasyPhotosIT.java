package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** 180 photos of three easy classes are learned with no option. */
@Tag("long")
class EasyPhotosIT {
  @TempDir Path temp;

  @Test
  @Timeout(900)
  void fewPhotosAreLearnedWithNoOption() throws IOException {
    Path data = TestData.marks(temp.resolve("photos"), 60);
    Path run = temp.resolve("run");
    Cli.Result trained = Cli.run("train", data, "--out", run, "--json");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.err())
        .contains("Classes: bar 54, round 54, square 54")
        .contains("resized to 52×80 (height × width), their usual proportions (crop)")
        .contains("Batches of 8 instead of 128 images, and 29 instead of 10 epochs");
    // Two of three is where bars alone are learned. The last bits of a processor decide the rest.
    assertThat(trained.json().get("validation_accuracy").asDouble()).isGreaterThan(0.8);
    JsonNode record = Cli.parse(run.resolve("run.json"));
    assertThat(record.at("/config/resize").asText()).isEqualTo("crop");
    assertThat(record.at("/resolved/epochs").asInt()).isEqualTo(29);
    assertThat(Cli.run("evaluate", run, "--json").json().get("validation_accuracy").asDouble())
        .isEqualTo(trained.json().get("validation_accuracy").asDouble());
  }
}
