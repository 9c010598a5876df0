package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.console.RangeView;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.RangeTests.Doubt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("long")
class FindLrCommandTest {
  @TempDir Path temp;
  private Path data = Path.of("");

  @BeforeEach
  void draw() throws IOException {
    data = TestData.colours(temp.resolve("data"));
  }

  @Test
  void suggestsARateFromTheTroughAndWritesTheCurve() throws IOException {
    Path svg = temp.resolve("curve.svg");
    Path csv = temp.resolve("curve.csv");
    Path png = temp.resolve("curve.png");
    Cli.Result result =
        Cli.run(
            "find-lr",
            data,
            "--batch-size",
            16,
            "--repeats",
            1,
            "--svg",
            svg,
            "--csv",
            csv,
            "--png",
            png,
            "--out",
            temp.resolve("found.json"),
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.outLines()).hasSize(1);
    JsonNode json = result.json();
    double trough = json.get("trough").asDouble();
    double edge = json.get("edge").asDouble();
    assertThat(json.get("learning_rate").asDouble()).isEqualTo(Math.min(trough / 2.5, edge / 5));
    assertThat(json.get("momentum").asDouble()).isEqualTo(0.85);
    assertThat(json.get("verdict").asText()).isIn("clear", "uncertain");
    assertThat(json.get("doubts").findValuesAsText("kind"))
        .as("the number of tests is given")
        .doesNotContain("few_images");
    assertThat(json.has("spreads")).isFalse();
    assertThat(json.get("svg").asText()).isEqualTo(svg.toString());
    FoundRate found = FoundRate.read(temp.resolve("found.json"));
    assertThat(found.learningRate()).hasValue(json.get("learning_rate").asDouble());
    assertThat(found.conditions().get("batch_size")).isEqualTo("16");
    List<String[]> rows =
        Cli.csv(
            csv,
            "step,learning_rate,loss,smoothed,momentum,chance_loss,lowest_loss,loss_noise,stop_factor,extended,stopped");
    assertThat(rows).hasSize(json.get("steps").asInt());
    assertThat(Double.parseDouble(rows.get(0)[1])).isEqualTo(1e-6);
    assertThat(Cli.read(svg)).contains("<svg");
    assertThat(ImageIO.read(png.toFile()).getWidth()).isGreaterThan(300);
    assertThat(result.err()).contains("Suggested peak learning rate", "edge", "steepest");
  }

  @Test
  void repeatsGiveACurveEach() throws IOException {
    Path svg = temp.resolve("curve.svg");
    Path csv = temp.resolve("curve.csv");
    Cli.Result result =
        Cli.run(
            "find-lr",
            data,
            "--batch-size",
            16,
            "--repeats",
            2,
            "--range-steps",
            40,
            "--svg",
            svg,
            "--csv",
            csv,
            "--out",
            temp.resolve("found.json"));
    assertThat(result.code()).as(result.err()).isIn(0, 65);
    assertThat(csv).exists();
    assertThat(temp.resolve("curve-2.csv")).exists();
    assertThat(Files.readAllBytes(csv))
        .isNotEqualTo(Files.readAllBytes(temp.resolve("curve-2.csv")));
  }

  /**
   * With validation images both test the same images. Up to 1e-5 tests show no rate on any
   * processor.
   */
  @ParameterizedTest
  @CsvSource({"2, sgd, 0.03", "3, adamw, 0.001"})
  void trainTakesTheRateThatItNamesForFewImages(int seed, String optimizer, String careful)
      throws IOException {
    Path few = temp.resolve("few");
    TestData.coloursSplit(few.resolve("train"), 4, 8, 8);
    TestData.coloursSplit(few.resolve("val"), 1, 8, 8);
    List<Object> same = new ArrayList<>(List.of("--end", 1e-5, "--range-steps", 12));
    same.addAll(List.of("--batch-size", 6, "--threads", 1, "--seed", seed));
    same.addAll(List.of("--optimizer", optimizer));
    List<Object> find = new ArrayList<>(List.of("find-lr", few, "--json"));
    find.addAll(List.of("--out", temp.resolve("found.json"), "--svg", temp.resolve("found.svg")));
    find.addAll(same);
    Cli.Result found = Cli.run(find.toArray());
    JsonNode json = found.json();
    Path run = temp.resolve("run");
    List<Object> train = new ArrayList<>(List.of("train", few, "--out", run));
    train.addAll(same);
    Cli.Result trained = Cli.run(train.toArray());
    assertThat(found.code()).as(found.err()).isEqualTo(65);
    assertThat(json.get("careful_learning_rate").asText()).isEqualTo(careful);
    assertThat(found.err())
        .contains(
            "No peak learning rate can be suggested. Train then takes "
                + careful
                + ", a careful rate for few images.")
        .as("the advice to test otherwise is not for those who need not")
        .doesNotContain("look at labels", "larger batch", "raise the end");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(RunFolder.read(run).policy().peak()).hasToString(careful);
    assertThat(trained.out())
        .contains(
            "Peak learning rate " + careful + ": a careful rate for few images, since ",
            "; set --max-lr to choose another peak")
        .doesNotContain("look at labels", "larger batch", "raise the end");
  }

  @Test
  void theJsonDoubtsWhatTheLinesForPeopleDoubt() {
    List<Object> words = new ArrayList<>(List.of("find-lr", data, "--batch-size", 16, "--json"));
    words.addAll(List.of("--out", temp.resolve("found.json"), "--threads", 1));
    Cli.Result result = Cli.run(words.toArray());
    assertThat(result.code()).as(result.err()).isIn(0, 65); // 65: the three disagree
    JsonNode json = result.json();
    assertThat(json.has("doubts")).isEqualTo(json.has("learning_rate"));
    if (json.has("doubts")) {
      assertThat(json.get("doubts").findValuesAsText("kind")).contains("few_images");
      assertThat(json.get("doubts").findValuesAsText("message"))
          .contains(
              "Range tests of 108 training images see the same few over and over, and their result"
                  + " depends on the seed");
    }
    JsonNode edge = json.at("/spreads/edge");
    assertThat(edge.get("n").asInt()).isBetween(2, 3);
    assertThat(json.get("edge").asDouble())
        .isBetween(edge.get("low").asDouble(), edge.get("high").asDouble());
    assertThat(result.err())
        .contains(RangeView.rate(edge.get("low").asDouble()) + " to ")
        .contains(RangeView.rate(edge.get("high").asDouble()) + ", n = ");
  }

  @Test
  void aDoubtSpeaksOfOptions() {
    Doubt doubt = new Doubt(Doubt.Kind.TOO_HIGH, "If the training is poor, set max_lr to 0.001");
    assertThat(RangeView.record(List.of(doubt)))
        .containsExactly(
            Map.of(
                "kind", "too_high", "message", "If the training is poor, set --max-lr to 0.001"));
  }
}
