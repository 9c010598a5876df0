package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images judge the epochs, which are evaluated at the end, and which a run held out. */
@Tag("long")
class RolesCommandTest {
  @TempDir Path temp;

  @Test
  void valJudgesTheEpochsAndTestIsEvaluatedOnceAtTheEnd() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 10, 4, 16, 16);
    TestData.coloursSplit(data.resolve("val"), 3, 16, 16);
    Files.copy(data.resolve("train/red/000.png"), data.resolve("test/red/copy.png"));
    Path out = temp.resolve("run");
    Cli.Result trained = train(data, out);
    assertThat(trained.out())
        .contains("30 training and 9 val images", "Classes: blue 10, green 10, red 10")
        .contains("the 13 test images are evaluated once")
        .contains("Warning: 1 of the 13 test images is also among the training images")
        .contains(" on 9 val images after 2 of 2 epochs (95 % interval ")
        .contains(" % on 13 test images, evaluated once (95 % interval ");
    JsonNode outcome = Cli.parse(out.resolve("run.json")).get("outcome");
    assertThat(outcome.get("test_images").asInt()).isEqualTo(13);
    assertThat(outcome.has("validation_accuracy")).isTrue();
    assertThat(Cli.read(out.resolve("report.html"))).contains("13 test images, evaluated once");
    Cli.Result evaluated = Cli.run("evaluate", out, "--json");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    for (String name : new String[] {"test_accuracy", "test_loss"}) {
      assertThat(evaluated.json().get(name).asDouble()).isEqualTo(outcome.get(name).asDouble());
    }
    assertThat(evaluated.json().get("images").asInt()).isEqualTo(13);
  }

  @Test
  void aRunIsEvaluatedOnTheImagesThatItHeldOut() throws IOException {
    Path data = temp.resolve("flat");
    TestData.coloursSplit(data, 20, 16, 16);
    Path out = temp.resolve("run");
    Cli.Result trained = train(data, out, "--validation-share", 0.25, "--limit", 30, "--seed", 5);
    assertThat(trained.out())
        .contains("30 training and 15 held-out images")
        .contains("0.25 of each class, 15 of 60 images drawn by seed 5")
        .contains("Of the 45 training images 30 are used");
    JsonNode outcome = Cli.parse(out.resolve("run.json")).get("outcome");
    Cli.Result evaluated = Cli.run("evaluate", out, "--json");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.json().get("images").asInt()).isEqualTo(15);
    assertThat(evaluated.json().get("validation_loss").asDouble())
        .isEqualTo(outcome.get("validation_loss").asDouble());
    TestData.write(data.resolve("red/new.png"), TestImages.png(16, 16, 5));
    Cli.Result changed = Cli.run("evaluate", out);
    assertThat(changed.code()).isEqualTo(2);
    assertThat(changed.complaints())
        .singleElement()
        .asString()
        .contains("images must be the same as in");
    Cli.Result file = Cli.run("evaluate", out.resolve("model.safetensors"));
    assertThat(file.code()).isEqualTo(2);
    assertThat(file.complaints().toString())
        .contains(
            "DATA must be given where MODEL is not a run's folder; for example: onecycle evaluate");
  }

  @Test
  void aConstantChannelTrains() throws IOException {
    Path data = temp.resolve("fluo");
    for (int i = 0; i < 24; i++) {
      for (int label = 0; label < 2; label++) {
        BufferedImage image = TestImages.noise(16, 16, 2L * i + label);
        for (int at = 0; at < 256; at++) {
          int green = (image.getRGB(at % 16, at / 16) & 0x7f) + 100 * label;
          image.setRGB(at % 16, at / 16, green << 8);
        }
        Path file = data.resolve(label == 0 ? "dim" : "bright").resolve(i + ".png");
        TestData.write(file, TestImages.encode(image, "png"));
      }
    }
    for (String model : new String[] {"resnet20", "fast"}) {
      Cli.Result result = train(data, temp.resolve(model), "--model", model);
      assertThat(result.out()).contains("Classes: bright 22, dim 22");
    }
  }

  private static Cli.Result train(Path data, Path out, Object... more) {
    Object[] words = {
      "train", data, "--max-lr", 0.02, "--epochs", 2, "--batch-size", 10, "--out", out
    };
    Object[] all = new Object[words.length + more.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    Cli.Result result = Cli.run(all);
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }
}
