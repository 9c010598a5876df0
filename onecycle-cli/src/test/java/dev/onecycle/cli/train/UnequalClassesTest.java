package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings on 60 blue, 30 green and 6 red images. */
class UnequalClassesTest {
  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void data() throws IOException {
    data = temp.resolve("data");
    int[] counts = {60, 30, 6};
    for (int label = 0; label < counts.length; label++) {
      for (int i = 0; i < counts[label] + 5; i++) {
        String split = i < counts[label] ? "train" : "test";
        TestData.write(
            data.resolve(split).resolve(TestData.COLOURS.get(label)).resolve(i + ".png"),
            TestData.colourPng(100L * label + i, label, 8, 8));
      }
    }
  }

  private static Cli.Result train(String name, Object... more) {
    Object[] words = {
      "train",
      data,
      "--max-lr=0.05",
      "--epochs=2",
      "--batch-size=16",
      "--json",
      "--out",
      temp.resolve(name)
    };
    Object[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return Cli.run(all);
  }

  @Test
  void theyAreSaidAndTheRecallOfEachIsTold() {
    Cli.Result trained = train("plain");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.err())
        .contains(
            "Classes are unequal: blue has 60 training images, red has 6; set --class-weights")
        .contains("Balanced accuracy ", "recall: ");
    JsonNode json = trained.json();
    JsonNode recall = json.get("class_recall");
    double mean = 0;
    for (String name : TestData.COLOURS) {
      mean += recall.get(name).asDouble() / 3;
    }
    assertThat(json.get("test_balanced_accuracy").asDouble()).isCloseTo(mean, within(1e-12));
    JsonNode record = Cli.parse(temp.resolve("plain/run.json"));
    assertThat(record.at("/outcome/class_recall")).isEqualTo(recall);
    assertThat(record.at("/conditions/loss").asText()).isEqualTo("cross-entropy");

    Cli.Result evaluated = Cli.run("evaluate", temp.resolve("plain"), data, "--json");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.json().get("class_recall")).isEqualTo(recall);
    assertThat(evaluated.json().get("test_balanced_accuracy"))
        .isEqualTo(json.get("test_balanced_accuracy"));
  }

  @Test
  void weightsAreAConditionAndChangeTheTraining() throws IOException {
    Cli.Result balanced = train("balanced", "--class-weights=balanced");
    assertThat(balanced.code()).as(balanced.err()).isZero();
    assertThat(balanced.err()).doesNotContain("Classes are unequal");
    assertThat(Cli.parse(temp.resolve("balanced/run.json")).at("/conditions/loss").asText())
        .isEqualTo("cross-entropy, class weights 0.533333, 1.06667, 5.33333");
    Path weights = Files.writeString(temp.resolve("w.csv"), "blue,1\ngreen,1\nred,1\n");
    assertThat(train("ones", "--class-weights", weights).code()).isZero();
    Path plain = temp.resolve("balanced/steps.csv");
    assertThat(Files.mismatch(plain, temp.resolve("ones/steps.csv"))).isNotEqualTo(-1);

    Files.writeString(weights, "blue,1\ngreen,1\n");
    Cli.Result refused = train("refused", "--class-weights", weights);
    assertThat(refused.code()).isEqualTo(65);
    assertThat(refused.err()).contains("must have a weight for class red but has none");
  }

  @Test
  void balancedSamplingIsAConditionAndResumesToTheSameBits() throws IOException {
    Cli.Result trained = train("drawn", "--sampling=balanced");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.err()).doesNotContain("Classes are unequal");
    Path run = temp.resolve("drawn");
    assertThat(Cli.parse(run.resolve("run.json")).at("/conditions/sampling").asText())
        .isEqualTo("balanced");
    assertThat(train("shuffled").code()).isZero();
    assertThat(Files.mismatch(run.resolve("steps.csv"), temp.resolve("shuffled/steps.csv")))
        .isNotEqualTo(-1);
    Path killed = killedAfterFirstEpoch(run);
    Cli.Result resumed = Cli.run("resume", killed);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSameBits(run, killed);
  }

  /** The file with the weights may have moved; other weights are another training. */
  @Test
  void aMovedFileOfWeightsIsNamedAtResume() throws IOException {
    Path weights = Files.writeString(temp.resolve("w.csv"), "blue,1\ngreen,2\nred,4\n");
    assertThat(train("weighted", "--class-weights", weights).code()).isZero();
    Path run = temp.resolve("weighted");
    Path killed = killedAfterFirstEpoch(run);
    Path moved = Files.move(weights, temp.resolve("moved.csv"));

    Cli.Result lost = Cli.run("resume", killed);
    assertThat(lost.code()).isNotZero();
    assertThat(lost.err()).contains("w.csv");
    Path other = Files.writeString(temp.resolve("other.csv"), "blue,1\ngreen,1\nred,1\n");
    Cli.Result refused = Cli.run("resume", killed, "--class-weights", other);
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("class weights 1, 2, 4");

    Cli.Result resumed = Cli.run("resume", killed, "--class-weights", moved);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSameBits(run, killed);
  }

  private Path killedAfterFirstEpoch(Path run) throws IOException {
    Path killed = StoppedRun.copy(run, temp.resolve(run.getFileName() + "-killed"));
    Files.delete(killed.resolve("model.safetensors"));
    StoppedRun.remove(killed.resolve("checkpoints/step-0000000012-epoch-000002"));
    StoppedRun.edit(killed, "/status", "running");
    return killed;
  }

  private static void assertSameBits(Path run, Path resumed) throws IOException {
    for (String name : new String[] {"model.safetensors", "steps.csv"}) {
      assertThat(Files.mismatch(run.resolve(name), resumed.resolve(name))).as(name).isEqualTo(-1);
    }
  }
}
