package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.testing.TestData;
import dev.onecycle.text.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code find-lr --read}: recorded curves get the verdict that a live test gives. */
class RecordedCurvesTest {
  @TempDir static Path temp = Path.of("");

  /** The result of a live test on labels that say nothing about the images. */
  private static Cli.Result noise = new Cli.Result(-1, "", "");

  @BeforeAll
  static void measure() throws IOException {
    Path data = temp.resolve("noise");
    for (int i = 0; i < 160; i++) {
      // Nine of ten images have the first label; the colour has another period.
      Path file = data.resolve(i % 10 == 0 ? "few" : "many").resolve("%03d.png".formatted(i));
      TestData.write(file, TestData.colourPng(i, i % 3, 8, 8));
    }
    noise =
        live(data, "noise", "--batch-size", 32, "--repeats", 1, "--range-steps", 60, "--end", 10);
  }

  private static Cli.Result live(Path data, String name, Object... more) {
    List<Object> words =
        new ArrayList<>(List.of("find-lr", data, "--threads", 1, "--precision", "fp32", "--json"));
    words.addAll(List.of("--csv", temp.resolve(name + ".csv")));
    words.addAll(List.of("--svg", temp.resolve(name + ".svg")));
    words.addAll(List.of("--out", temp.resolve(name + ".json")));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private static Cli.Result read(Object... words) {
    List<Object> all = new ArrayList<>(List.of("find-lr", "--json", "--svg"));
    all.add(temp.resolve("read.svg"));
    all.addAll(List.of(words));
    return Cli.run(all.toArray());
  }

  /** The JSON but for the files. */
  private static JsonNode answer(Cli.Result result) {
    ObjectNode json = (ObjectNode) result.json();
    json.remove(List.of("svg", "result"));
    return json;
  }

  @Test
  void theFindersOwnFileGivesTheLiveAnswer() throws IOException {
    Cli.Result again = read("--read", temp.resolve("noise.csv"));
    assertThat(answer(again)).isEqualTo(answer(noise));
    assertThat(again.code()).isEqualTo(noise.code());
    assertThat(Files.readString(temp.resolve("read.svg")))
        .isEqualTo(Files.readString(temp.resolve("noise.svg")));
  }

  /** The loss of knowing nothing is the entropy of 14 : 130 images, 0.319, and not ln 2. */
  @Test
  void theFileHoldsTheLossOfKnowingNothing() {
    assertThat(noise.json().get("chance_loss").asDouble()).isBetween(0.31, 0.33);
    assertThat(noise.json().has("learning_rate")).as(noise.err()).isFalse();
  }

  @Test
  void severalFilesAreRepeats() throws IOException {
    Path data = TestData.colours(temp.resolve("colours"), 40, 10, 8, 8);
    Cli.Result live = live(data, "three", "-b", 16, "--repeats", 3, "--range-steps", 40);
    Cli.Result again =
        read(
            "--read", temp.resolve("three.csv"),
            "--read", temp.resolve("three-2.csv"),
            "--read", temp.resolve("three-3.csv"),
            "--cycle-steps", live.json().get("cycle_steps").asLong());
    assertThat(answer(again)).isEqualTo(answer(live));
    assertThat(again.json().get("repeats").asInt()).isEqualTo(3);
    assertThat(again.err())
        .contains("3 tests at momentum", "median", "lowest", "highest", "test 3: ");
  }

  /** A recorded curve does not say how long the cycle will be. */
  @Test
  void withoutTheStepsOfTheCycleBothEndsOfTheSuggestionAreGiven() throws IOException {
    Path data = TestData.colours(temp.resolve("both"), 40, 10, 8, 8);
    Cli.Result live = live(data, "one", "-b", 16, "--repeats", 1, "--range-steps", 40);
    assertThat(live.err()).contains("for a cycle of 70 steps");
    Cli.Result again = read("--read", temp.resolve("one.csv"));
    assertThat(again.json().has("learning_rate")).isFalse();
    double shortCycle = again.json().get("suggestion_short_cycle").asDouble();
    double longCycle = again.json().get("suggestion_long_cycle").asDouble();
    assertThat(live.json().get("learning_rate").asDouble()).isEqualTo(shortCycle);
    assertThat(again.err())
        .contains(
            Numbers.rounded(shortCycle, 3) + " for a cycle of up to 100 steps, ",
            Numbers.rounded(longCycle, 3) + " for 10,000 or more");
    Cli.Result between = read("--read", temp.resolve("one.csv"), "--cycle-steps", 1_000);
    assertThat(between.json().get("learning_rate").asDouble())
        .isCloseTo(Math.sqrt(shortCycle * longCycle), withinPercentage(1e-6));
  }

  /** A curve that falls from 2.3 by a third and leaves at 1; two columns, and no stop. */
  @Test
  void aCurveFromElsewhereIsReadByItsClasses() throws IOException {
    Path curve = temp.resolve("elsewhere.csv");
    List<String> lines =
        IntStream.range(0, 80)
            .mapToObj(
                i -> {
                  double decade = -5 + i / 15.0;
                  double loss = 1.9 - 0.4 * Math.tanh(2 * (decade + 2)) + 0.01 * Math.sin(7 * i);
                  double rate = Math.pow(10, decade);
                  return rate + "," + (decade < 0 ? loss : loss + 80 * decade);
                })
            .toList();
    Files.write(curve, lines);
    Cli.Result known = read("--read", curve, "--classes", 10);
    assertThat(known.code()).as(known.err()).isZero();
    assertThat(known.json().get("edge").asDouble()).isBetween(0.7, 1.4);
    assertThat(known.json().has("momentum")).isFalse();
    assertThat(known.err()).doesNotContain("NaN");
    // Of classes whose shares have an entropy of 1.5, it learned nothing.
    Cli.Result unequal = read("--read", curve, "--chance-loss", 1.5);
    assertThat(unequal.code()).as(unequal.err()).isEqualTo(65);
    assertThat(unequal.json().has("learning_rate")).isFalse();
    assertThat(unequal.json().get("chance_loss").asDouble()).isEqualTo(1.5);
  }

  @ParameterizedTest
  @CsvSource({
    "--read CURVE DATA, DATA must be left out where --read is given",
    "--read CURVE --batch-size 8, --batch-size must be left out where --read is given",
    "--read CURVE --out x.json, --out must be left out where --read is given",
    "--read CURVE --from x, --from must be left out where --read is given",
    "--classes 3 DATA, --classes must be left out where no --read is given",
    "--read CURVE --classes 3 --chance-loss 1, --classes must be left out where --chance-loss is",
    "--read CURVE --classes 1, --classes must be at least 2 but was 1",
    "--read CURVE --chance-loss NaN, --chance-loss must be finite but was NaN",
    "--read CURVE --stopped tired, '--stopped must be one of diverged, non_finite, reached_end'"
  })
  void whatDoesNotGoTogetherIsRefused(String words, String message) {
    String curve = temp.resolve("noise.csv").toString();
    Cli.Result result =
        Cli.run(
            (Object[])
                ("find-lr " + words.replace("CURVE", curve).replace("DATA", curve)).split(" "));
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains(message);
  }

  @Test
  void aBrokenFileIsNamedWithItsLine() throws IOException {
    Path broken = Files.writeString(temp.resolve("broken.csv"), "lr,loss\n1e-3,2\n1e-3,1.9\n");
    Cli.Result result = read("--read", broken);
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.err()).contains(broken + " line 3: the learning rate must be above 0.001");
  }
}
