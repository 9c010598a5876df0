package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.testing.TestData;
import dev.onecycle.text.Numbers;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class TuneCommandTest {
  @TempDir static Path shared = Path.of("");
  private static Path data = Path.of("");
  private static Path tuned = Path.of("");
  private static Cli.Result tuning = new Cli.Result(-1, "", "");

  @TempDir Path temp;

  private static Path draw(Path folder) throws IOException {
    return TestData.colours(folder, 40, 10, 8, 8);
  }

  @BeforeAll
  static void tune() throws IOException {
    data = draw(shared.resolve("data"));
    tuned = shared.resolve("tuned");
    tuning = tune(data, tuned, TUNED);
  }

  private static final Object[] TUNED = {
    "--follow-links",
    "--batch-size",
    16,
    "--weight-decay",
    "1e-2,1e-4",
    "--dropout",
    "0,0.2",
    "--epochs",
    2,
    "--no-flip"
  };

  private Cli.Result sweep(Path images, Object... more) {
    for (String name : List.of("sweep.json", "sweep-tests.json", "sweep.csv")) {
      assertThatCode(() -> Files.deleteIfExists(temp.resolve(name))).doesNotThrowAnyException();
    }
    List<Object> words =
        new ArrayList<>(
            List.of(
                "sweep",
                images,
                "--out",
                temp.resolve("sweep.json"),
                "--svg",
                temp.resolve("sweep.svg"),
                "--csv",
                temp.resolve("sweep.csv"),
                "--range-steps",
                100,
                "--json"));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private static Cli.Result tune(Path images, Path out, Object... more) {
    List<Object> words =
        new ArrayList<>(
            List.of(
                "tune",
                images,
                "--out",
                out,
                "--final-tests",
                1,
                "--range-steps",
                100,
                "--threads",
                2,
                "--precision",
                "fp32",
                "--json"));
    words.addAll(List.of(more));
    if (!words.contains("--by-cycle")) {
      words.addAll(List.of("--by-cycle", 0));
    }
    return Cli.run(words.toArray());
  }

  @Test
  void aSweepShowsEveryCandidateAndSaysWhy() {
    Cli.Result result = sweep(data, "--batch-size", 16, "--weight-decay", "1e-1,1e-4");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode json = result.json();
    assertThat(json.get("parameter").asText()).isEqualTo("weight_decay");
    assertThat(json.get("candidates")).hasSize(2);
    assertThat(json.get("explanation").asText()).contains("the largest weight decay whose edge");
    assertThat(result.err()).contains("<- chosen", "range tests of", "verdict");
    FoundRate found = FoundRate.read(temp.resolve("sweep.json"));
    Sweep swept = found.evidence().sweeps().get(0);
    double chosen = swept.chosen().orElseThrow().value();
    assertThat(json.get("chosen").asDouble()).isEqualTo(chosen);
    assertThat(found.conditions().get("weight_decay")).isEqualTo(Numbers.exact(chosen));
    assertThat(found.learningRate()).hasValue(json.get("learning_rate").asDouble());
    assertThat(json.at("/doubts/0/kind").asText()).isIn("uncertain", "few_images");
    assertThat(json.at("/candidates/0/doubts/0/message").asText()).isNotBlank();
    assertThat(Cli.read(temp.resolve("sweep.svg"))).contains("0.1", "1e-4", "chosen");
    int steps =
        swept.candidates().stream().mapToInt(c -> c.test().runs().get(0).points().size()).sum();
    assertThat(Cli.csv(temp.resolve("sweep.csv"), "value,test,step,learning_rate,loss,smoothed"))
        .hasSize(steps);
  }

  @Test
  void candidatesStartFromTheSameWeightsAndSeeTheSameBatches() {
    Cli.Result result = sweep(data, "--batch-size", 16, "--weight-decay", "0,1e-4,10");
    assertThat(result.code()).as(result.err()).isIn(0, 65);
    FoundRate found = FoundRate.read(temp.resolve("sweep.json"));
    Sweep swept = found.evidence().sweeps().get(0);
    List<Double> firstLosses =
        swept.candidates().stream()
            .map(c -> c.test().runs().get(0).points().get(0).loss())
            .toList();
    assertThat(firstLosses).containsOnly(firstLosses.get(0));
    List<Double> later =
        swept.candidates().stream()
            .map(c -> c.test().runs().get(0).points().get(20).loss())
            .toList();
    assertThat(later).doesNotHaveDuplicates();
  }

  @Test
  void dropoutMomentumAndBatchSizeAreSweptTheSameWay() {
    for (String[] swept :
        List.of(
            new String[] {"--dropout", "0,0.3", "dropout"},
            new String[] {"--momentum", "0.8,0.9", "momentum"},
            new String[] {"--batch-size", "16,24", "batch_size"})) {
      List<Object> words = new ArrayList<>(List.of(swept[0], swept[1]));
      if (!swept[0].equals("--batch-size")) {
        words.addAll(List.of("--batch-size", 16));
      }
      Cli.Result result = sweep(data, words.toArray());
      assertThat(result.code()).as(result.err()).isIn(0, 65);
      JsonNode json = result.json();
      assertThat(json.get("parameter").asText()).isEqualTo(swept[2]);
      String[] values = swept[1].split(",", -1);
      for (int i = 0; i < values.length; i++) {
        assertThat(json.at("/candidates/" + i + "/value").asDouble())
            .isEqualTo(Double.parseDouble(values[i]));
      }
      assertThat(result.code() == 0).as("chosen, or said why not").isEqualTo(json.has("chosen"));
    }
  }

  @Test
  void byCycleTheHeldOutImagesJudge() {
    Cli.Result result =
        sweep(
            data,
            "--batch-size",
            16,
            "--weight-decay",
            "1e-4,1e-3",
            "--by-cycle",
            2,
            "--max-lr",
            0.05);
    assertThat(result.code()).as(result.err()).isZero();
    for (JsonNode candidate : result.json().get("candidates")) {
      assertThat(candidate.get("validation_accuracy").asDouble()).isBetween(0.0, 1.0);
    }
    assertThat(result.json().get("explanation").asText()).contains("of 12 held-out images");
    assertThat(result.json().get("learning_rate").asDouble()).isEqualTo(0.05);
    assertThat(Cli.read(temp.resolve("sweep.svg"))).contains("validation loss", "accuracy");
  }

  @Test
  void tuningWritesARecipeThatTrains() throws IOException {
    Cli.Result result = tuning;
    Path out = tuned;
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("This will take at most about", "5 range tests")
        .containsPattern("Train by it: \\S+ train " + data + " --follow-links --recipe ");
    Recipe recipe = Recipe.read(out.resolve("recipe.yaml"));
    assertThat(recipe.settings())
        .containsEntry("batch_size", "16")
        .containsEntry("flip", "none")
        .containsEntry("epochs", "2")
        .containsKeys("weight_decay", "dropout", "max_lr", "model");
    assertThat(recipe.reasons()).containsOnlyKeys("weight_decay", "dropout", "max_lr");
    JsonNode json = result.json();
    assertThat(json.at("/chosen/batch_size").asInt()).isEqualTo(16);
    assertThat(recipe.settings()).containsEntry("max_lr", json.get("learning_rate").asText());
    TuningResult outcome = TuningJournal.result(out).orElseThrow();
    assertThat(outcome.sweeps()).hasSize(2);
    assertThat(json.has("doubts")).isEqualTo(outcome.range().suggestion().isPresent());
    assertThat(json.has("careful_learning_rate")).isNotEqualTo(json.has("doubts"));
    assertThat(json.get("verdict").asText())
        .isEqualTo(outcome.range().verdict().kind().name().toLowerCase(Locale.ROOT));
    assertThat(json.at("/reasons/max_lr").asText()).isEqualTo(recipe.reasons().get("max_lr"));
    assertThat(outcome.peak()).isEqualTo(json.get("learning_rate").asDouble());
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "recipe.yaml", "tuning.json", "weight-decay.svg", "dropout.svg", "range.svg");
    }
    Path run = temp.resolve("run");
    Cli.Result trained =
        Cli.run("train", data, "--recipe", out.resolve("recipe.yaml"), "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(RunFolder.read(run).conditions()).isEqualTo(recipe.conditions());
    assertThat(RunFolder.read(run).settings()).containsEntry("epochs", 2);
  }

  @Test
  void theBatchSizeIsSearchedAndCyclesDecideWhereTheyAreAskedTo() {
    Path out = temp.resolve("tuned");
    Object[] words = {
      "--weight-decay",
      "1e-3,1e-4",
      "--dropout",
      "0,0.2",
      "--by-cycle",
      10,
      "--epochs",
      30,
      "--image-size",
      16,
      "--batch-rule",
      "cycle"
    };
    Cli.Result result = tune(data, out, words);
    assertThat(result.code()).as(result.err()).isZero();
    Recipe recipe = Recipe.read(out.resolve("recipe.yaml"));
    assertThat(recipe.settings()).containsEntry("image_size", "16");
    assertThat(recipe.reasons())
        .containsOnlyKeys("batch_size", "weight_decay", "dropout", "max_lr");
    TuningResult outcome = TuningJournal.result(out).orElseThrow();
    assertThat(outcome.batchSizes().orElseThrow().largest()).isEqualTo(16);
    assertThat(outcome.batchSize()).isEqualTo(16);
    for (var sweep : outcome.sweeps()) {
      assertThat(sweep.explanation()).contains("held-out images");
    }
    Cli.Result again = tune(data, out, words);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(Recipe.read(out.resolve("recipe.yaml"))).isEqualTo(recipe);
  }

  @Test
  void tuningAgainInItsFolderDoesNothingTwiceAndNothingElse() {
    Recipe recipe = Recipe.read(tuned.resolve("recipe.yaml"));
    int results = TuningJournal.read(tuned).results().size();
    Cli.Result again = tune(data, tuned, TUNED);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.err())
        .contains("Going on with " + tuned, results + " results already")
        .contains("Every result is there already: nothing is tried again.");
    assertThat(TuningJournal.read(tuned).results()).hasSize(results);
    assertThat(Recipe.read(tuned.resolve("recipe.yaml"))).isEqualTo(recipe);
    Object[] others = TUNED.clone();
    others[List.of(others).indexOf("--weight-decay") + 1] = "1e-3,1e-4";
    Cli.Result other = tune(data, tuned, others);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.complaints())
        .anyMatch(line -> line.contains("--weight-decay must be 1e-2,1e-4, as in " + tuned));
  }

  @Test
  void theTestImagesAreNotRead() throws IOException {
    Path images = draw(temp.resolve("images"));
    try (Stream<Path> files = Files.walk(images.resolve("test"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "no image");
      }
    }
    Path cache = temp.resolve("cache");
    Cli.Result trained =
        Cli.run("train", images, "--max-lr", 0.1, "--out", temp.resolve("run"), "--cache", cache);
    assertThat(trained.code()).isEqualTo(65);
    assertThat(trained.err()).contains("test/", "is not a JPEG");
    Cli.Result found =
        Cli.run(
            "find-lr",
            images,
            "--cache",
            cache,
            "--batch-size",
            16,
            "--out",
            temp.resolve("found.json"),
            "--svg",
            temp.resolve("found.svg"));
    assertThat(found.code()).as(found.err()).isZero();
    assertThat(
            sweep(images, "--cache", cache, "--batch-size", 16, "--weight-decay", "1e-3,1e-4")
                .code())
        .isZero();
    Cli.Result tuned =
        tune(
            images,
            temp.resolve("tuned"),
            "--cache",
            cache,
            "--batch-size",
            16,
            "--weight-decay",
            "1e-3,1e-4",
            "--by-cycle",
            10,
            "--epochs",
            2);
    assertThat(tuned.code()).as(tuned.err()).isZero();
    Cli.Result size = Cli.run("find-batch-size", images, "--cache", cache, "--epochs", 1);
    assertThat(size.code()).as(size.err()).isZero();
    assertThat(size.out()).contains("test images are not read");
  }

  @Test
  void theBatchSizeIsTriedInProcessesOfTheirOwn() {
    Cli.Result result = Cli.run("find-batch-size", data, "--epochs", 200, "--json");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode json = result.json();
    assertThat(json.get("chosen").asInt()).isEqualTo(64).isEqualTo(json.get("largest").asInt());
    assertThat(json.get("trials")).hasSize(2);
    for (JsonNode trial : json.get("trials")) {
      assertThat(trial.get("fits").asBoolean()).isTrue();
      assertThat(trial.get("samples_per_second").asDouble()).isPositive();
    }
    assertThat(json.get("explanation").asText())
        .contains("twice as many are more than the 108 images");
  }

  @Test
  void aSizeThatHoldsMoreThanTheBudgetEndsInALineOfTheTable() {
    Cli.Result result = Cli.run("find-batch-size", data, "--epochs", 200, "--memory", "64M");
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.err())
        .contains("batch size 32: holds more than the budget of 64 MiB")
        .contains("batch size 2: holds more")
        .contains("not even a batch of 2 images can be trained with");
  }
}
