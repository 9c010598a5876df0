package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A rate found under other conditions is refused, by name, unless that is accepted. */
@Tag("long")
class StaleConditionsTest {
  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path found = Path.of("");
  private static Path recipe = Path.of("");

  @BeforeAll
  static void find() throws IOException {
    data = TestData.colours(temp.resolve("data"));
    found = temp.resolve("found.json");
    Cli.Result result =
        Cli.run(
            "find-lr",
            data,
            "--batch-size",
            16,
            "--repeats",
            1,
            "--threads",
            2,
            "--precision",
            "fp32",
            "--out",
            found,
            "--svg",
            temp.resolve("found.svg"));
    assertThat(result.code()).as(result.err()).isZero();
    recipe = temp.resolve("recipe.yaml");
    JsonNode json = Cli.parse(found);
    new Recipe(
            Recipe.FORMAT,
            List.of("onecycle", "tune"),
            Map.of(
                "batch_size", "16",
                "threads", "2",
                "precision", "fp32",
                "epochs", "1",
                "max_lr", json.get("learning_rate").asText()),
            Map.of(),
            FoundRate.read(found).conditions())
        .write(recipe);
  }

  private static Cli.Result train(Path out, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", data, "--out", out));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  /** Each option alone, the condition that it changes, and the option in the command that cures. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "--model resnet32, model, resnet20 , resnet32 , --model=resnet32",
    "--batch-size 8, batch size, 16, 8, --batch-size=8",
    "--threads 1, replicas, 2, 1, --threads=1",
    "--optimizer nesterov, optimizer, sgd, sgd-nesterov, --optimizer=nesterov",
    "--bias-rate 2, optimizer, sgd, 'sgd, biases at 2 times the rate', --bias-rate=2",
    "--weight-decay 1e-3, weight decay, 0.0001, 0.001, --weight-decay=0.001",
    "--no-norm-decay, norm decay, on, off, --no-norm-decay",
    "--dropout 0.25, dropout, 0, 0.25, --dropout=0.25",
    "--momentum 0.9, momentum at peak, 0.85, 0.9, --momentum=0.9",
    "--label-smoothing 0.1, loss, cross-entropy, 'cross-entropy, label smoothing 0.1',"
        + " --label-smoothing=0.1",
    "--clip 1, clip, 0, 1, --clip=1",
    "--accumulate 2, accumulate, 1, 2, --accumulate=2",
    "--batchnorm-momentum 0.4, batchnorm momentum, 0.1, 0.4, --batchnorm-momentum=0.4",
    "--no-flip, augmentation, 'pad 4 (reflect), random crop, flip', 'pad 4 (reflect), random crop',"
        + " --flip=none",
    "--flip alternate, augmentation, 'pad 4 (reflect), random crop, flip', 'pad 4 (reflect), random"
        + " crop, alternating flip', --flip=alternate",
    "--cutout 4, augmentation, 'pad 4 (reflect), random crop, flip', 'pad 4 (reflect), random crop,"
        + " flip, cutout 4', --cutout=4",
    "--precision bf16, precision, fp32, bf16, --precision=bf16"
  })
  void anyConditionThatChangesAloneIsRefusedByName(
      String options, String name, String then, String now, String cure) {
    for (Object[] source :
        List.of(
            new Object[] {
              "--lr-from", found, "--batch-size", 16, "--threads", 2, "--precision", "fp32"
            },
            new Object[] {"--recipe", recipe})) {
      List<Object> words = new ArrayList<>(List.of(source));
      String option = options.split(" ")[0];
      int at = words.indexOf(option);
      if (at >= 0) {
        words.subList(at, at + 2).clear();
      }
      words.addAll(List.of((Object[]) options.split(" ")));
      Path out = temp.resolve("refused");
      Cli.Result result = train(out, words.toArray());
      assertThat(result.code()).as(result.err()).isEqualTo(2);
      assertThat(result.complaints())
          .singleElement()
          .asString()
          .contains("onecycle: " + name + " must be " + then, " but was " + now, "--accept-stale")
          .contains(source[0].equals("--recipe") ? "'onecycle tune " : "'onecycle find-lr ")
          .contains(" " + cure)
          .doesNotContain(", and ");
      assertThat(out).doesNotExist();
    }
  }

  /** The command that the refusal names finds a rate that is then accepted. */
  @Test
  void theCommandThatIsNamedCuresIt() {
    Path file = temp.resolve("cured.json");
    assertThat(
            Cli.run(
                    "find-lr",
                    data,
                    "--batch-size",
                    16,
                    "--repeats",
                    1,
                    "--out",
                    file,
                    "--svg",
                    temp + "/a.svg")
                .code())
        .isZero();
    Object[] words = {
      "--policy", "constant", "--epochs", 1, "--batch-size", 16, "--no-flip", "--lr-from", file
    };
    Path out = temp.resolve("cured");
    Cli.Result refused = train(out, words);
    assertThat(refused.err()).contains("momentum at peak must be 0.85 but was 0.9");
    String command = refused.err().split("'onecycle ", 2)[1].split("'", 2)[0];
    List<Object> found = new ArrayList<>(List.of((Object[]) command.split(" ")));
    found.addAll(List.of("--repeats", 1, "--svg", temp + "/a.svg"));
    assertThat(Cli.run(found.toArray()).code()).isZero();
    assertThat(train(out, words).code()).as("the first result is kept").isEqualTo(2);
    words[words.length - 1] = temp.resolve("cured-2.json");
    assertThat(train(out, words).code()).isZero();
  }

  @Test
  void otherImagesAreRefused() throws IOException {
    Path other = TestData.colours(temp.resolve("other"));
    Files.write(other.resolve("train/red/000.png"), TestData.colourPng(99, 2, 16, 16));
    Cli.Result result =
        Cli.run("train", other, "--recipe", recipe, "--out", temp.resolve("refused"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("data must be 3 classes of images 3×16×16, sha256 ");
    Files.write(
        other.resolve("train/red/000.png"), Files.readAllBytes(data.resolve("train/red/000.png")));
    Files.write(other.resolve("test/red/000.png"), TestData.colourPng(99, 2, 16, 16));
    Cli.Result moved = Cli.run("train", other, "--recipe", recipe, "--out", temp.resolve("moved"));
    assertThat(moved.code()).as("the same training images elsewhere: " + moved.err()).isZero();
  }

  @Test
  void severalDifferencesAreAllNamed() {
    Cli.Result result =
        train(temp.resolve("refused"), "--recipe", recipe, "--dropout", 0.5, "--no-flip");
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .contains("dropout must be 0 but was 0.5, and augmentation must be");
  }

  @Test
  void acceptedDifferencesAreUsedAndRecorded() {
    Path out = temp.resolve("accepted");
    Cli.Result result = train(out, "--recipe", recipe, "--weight-decay", "1e-3", "--accept-stale");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("Stale: weight decay was 0.0001 when");
    assertThat(RunFolder.read(out).acceptedDifferences())
        .containsExactly(new Difference("weight_decay", "0.0001", "0.001"));
    assertThat(RunFolder.read(out).conditions().get("weight_decay")).isEqualTo("0.001");
  }

  @Test
  void underTheSameConditionsTheRateIsUsed() {
    double rate = Cli.parse(found).get("learning_rate").asDouble();
    for (Object[] source :
        List.of(
            new Object[] {
              "--lr-from",
              found,
              "--batch-size",
              16,
              "--threads",
              2,
              "--precision",
              "fp32",
              "--epochs",
              1,
              "--seed",
              7
            },
            new Object[] {"--recipe", recipe, "--seed", 7})) {
      Path out = temp.resolve("fresh" + source[0]);
      Cli.Result result = train(out, source);
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(RunFolder.read(out).policy().peak()).isEqualTo(rate);
      assertThat(RunFolder.read(out).acceptedDifferences()).isEmpty();
      assertThat(RunFolder.read(out).learningRateSource()).contains("found before, in ");
      assertThat(RunFolder.read(out).settings()).containsEntry("batch_size", 16);
      assertThat(RunFolder.read(out).settings()).containsEntry("epochs", 1);
    }
  }

  /** 14 epochs of 8 steps. The range test held out a tenth: it is for 10 epochs of 7 steps. */
  @Test
  void theRateOfARangeTestIsComputedForAnotherLength() {
    Path out = temp.resolve("longer");
    Cli.Result result =
        train(
            out,
            "--lr-from",
            found,
            "--batch-size",
            16,
            "--threads",
            2,
            "--precision",
            "fp32",
            "--epochs",
            14);
    assertThat(result.code()).as(result.err()).isZero();
    FoundRate stored = FoundRate.read(found);
    assertThat(RunFolder.read(out).policy().peak())
        .isEqualTo(stored.suggestion().orElseThrow().over(112))
        .isNotEqualTo(stored.learningRate().orElseThrow());
    assertThat(RunFolder.read(out).learningRateSource())
        .startsWith("found before, in " + found + ", where it is ")
        .endsWith(" for a cycle of 70 steps; the cycle has 112 steps");
  }

  @Test
  void aRateThatCannotBeComputedForAnotherLengthIsUsedWithANote() {
    Path out = temp.resolve("note");
    Cli.Result result = train(out, "--recipe", recipe, "--epochs", 14);
    assertThat(result.code()).as(result.err()).isZero();
    double rate = Cli.parse(found).get("learning_rate").asDouble();
    assertThat(RunFolder.read(out).policy().peak()).isEqualTo(rate);
    assertThat(result.out())
        .contains(
            " of " + recipe + " is for a cycle of 8 steps, and this cycle has 112; the best peak",
            "find it again for this length with 'onecycle tune ",
            " --epochs=14",
            "', or set --max-lr");
    Cli.Result same = train(temp.resolve("silent"), "--recipe", recipe, "--epochs", 2);
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(same.out()).doesNotContain("is for a cycle of");
  }

  @Test
  void aTimeTakesThePlaceOfARecipesEpochs() {
    Path out = temp.resolve("timed");
    Cli.Result result = train(out, "--recipe", recipe, "--minutes", 0.25);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(RunFolder.read(out).settings()).containsEntry("minutes", 0.25);
    assertThat(RunFolder.read(out).config()).containsKey("minutes").doesNotContainKey("epochs");
  }

  @Test
  void aRateGivenBesideARecipeIsTheUsersOwn() {
    Path out = temp.resolve("own");
    Cli.Result result =
        train(out, "--recipe", recipe, "--max-lr", 0.01, "--dropout", 0.5, "--epochs", 2);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(RunFolder.read(out).policy().peak()).isEqualTo(0.01);
    assertThat(RunFolder.read(out).learningRateSource()).isEqualTo("as given");
    assertThat(RunFolder.read(out).settings()).containsEntry("epochs", 2);
  }

  @ParameterizedTest
  @CsvSource({
    "batch_size, bach-size, setting must be a known one but was bach-size, did you mean"
        + " batch_size?",
    "batch_size, quux, 'setting must be one of data, image_size, ', but was quux",
    "'\"16\"', many, batch_size in, must be a whole number but was many",
    "'\"16\"', '\"1\"', batch_size in, must be at least 2 but was 1"
  })
  void aRecipeWithAMistakeIsRefused(String from, String to, String names, String also)
      throws IOException {
    Path changed = temp.resolve("changed.yaml");
    Files.writeString(changed, Files.readString(recipe).replace(from, to));
    Cli.Result result = train(temp.resolve("refused"), "--recipe", changed);
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.complaints()).singleElement().asString().contains(names, also);
  }
}
