package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With --json every command ends its output with one object, also where it fails. */
class JsonOutputTest {
  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path run = Path.of("");
  private static JsonNode trained;

  @BeforeAll
  static void train() throws IOException {
    data = TestData.fewColours(temp.resolve("data"));
    run = temp.resolve("run");
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--max-lr",
            0.01,
            "--epochs",
            3,
            "--batch-size",
            4,
            "--out",
            run,
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    trained = result.json();
  }

  /** The commands that have the option, by name. */
  private static List<String> commands() {
    List<String> names = new ArrayList<>();
    for (Map.Entry<String, CommandLine> command : Main.commandLine().getSubcommands().entrySet()) {
      if (command.getValue().getCommandSpec().findOption("--json") != null) {
        names.add(command.getKey());
      }
    }
    return names;
  }

  private static JsonNode failed(int code, String kind, Object... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.add("--json");
    Cli.Result result = Cli.run(all.toArray());
    assertThat(result.code()).as(all + ": " + result.err()).isEqualTo(code);
    assertThat(result.outLines()).as(all.toString()).hasSize(1);
    JsonNode error = result.json().get("error");
    assertThat(error).as(result.out()).isNotNull();
    assertThat(error.get("exit_code").asInt()).isEqualTo(code);
    assertThat(error.get("kind").asText()).isEqualTo(kind);
    assertThat(error.get("message").asText()).isNotBlank().doesNotStartWith("onecycle:");
    assertThat(result.err()).contains(error.get("message").asText());
    return error;
  }

  /** Words with which a command has a result within a second or two. */
  private static Map<String, List<Object>> quick() {
    Map<String, List<Object>> words = new LinkedHashMap<>();
    words.put("resume", List.of(run));
    words.put("evaluate", List.of(run, data));
    words.put("predict", List.of(run, data.resolve("test/red/000.png")));
    words.put("report", List.of(run, "--out", temp.resolve("report.html")));
    words.put("compare", List.of(run, run, "--out", temp.resolve("compare.html")));
    words.put("runs", List.of(temp));
    words.put("reproduce", List.of("list"));
    words.put("show", List.of(data, "--out", temp.resolve("batch.png")));
    words.put("export", List.of(run, "--format=onnx", "--out", temp.resolve("model.onnx")));
    words.put("schedule", List.of("--max-lr", 1, "--steps", 100));
    words.put("doctor", List.of());
    words.put("selftest", List.of("--only", "bad images"));
    for (String slow : List.of("train", "find-lr", "sweep", "find-batch-size", "tune")) {
      words.put(slow, List.of(data, "--print-config"));
    }
    words.put("fine-tune", List.of(data, "--from", run, "--print-config"));
    return words;
  }

  @Test
  void everyCommandEndsWithOneObjectWhoseKeysHaveOneCase() {
    Map<String, List<Object>> quick = quick();
    List<String> commands = commands();
    commands.remove("demo"); // ends as train does, after some seconds
    commands.remove("board"); // ends by a signal, as its own test shows
    commands.remove("serve"); // too
    commands.remove("launch"); // its processes speak, as its own test shows
    assertThat(quick.keySet()).containsExactlyInAnyOrderElementsOf(commands);
    quick.forEach(
        (command, words) -> {
          List<Object> all = new ArrayList<>(List.of(command, "--json"));
          all.addAll(words);
          Cli.Result result = Cli.run(all.toArray());
          assertThat(result.code()).as(all + ": " + result.err()).isZero();
          assertThat(result.outLines()).as(command).hasSize(1);
          assertThat(result.json().isObject()).as(command).isTrue();
          assertThat(result.json().has("error")).as(command).isFalse();
        });
  }

  @Test
  void filesOfARunHaveTheSameCase() {
    for (String file : List.of("run.json", "classification.json")) {
      Cli.requireOneCase(Cli.parse(run.resolve(file)));
    }
    assertThat(trained.get("run_dir").asText()).isEqualTo(run.toString());
  }

  @Test
  void anUnknownOptionOfEveryCommandIsAnObjectToo() {
    for (String command : commands()) {
      JsonNode error = failed(2, "usage", command, "--wrong");
      assertThat(error.get("message").asText()).isNotBlank();
    }
    failed(2, "usage", "trian", "x");
    failed(2, "usage");
    failed(2, "usage", "schedule", "--max-lr", "abc", "--steps", 3);
    failed(2, "usage", "train", data, "--epochs", 0, "--out", temp.resolve("none"));
  }

  /** What each command ends with where its input does not exist. */
  @Test
  void missingInputIsAnObjectToo() {
    Path missing = temp.resolve("missing");
    for (String command : List.of("train", "find-lr", "sweep", "find-batch-size", "tune")) {
      failed(65, "bad_data", command, missing, "--print-config", "--config", missing);
    }
    failed(65, "bad_data", "train", missing, "--max-lr", 1, "--out", temp.resolve("none"));
    failed(65, "bad_data", "resume", missing);
    failed(65, "bad_data", "evaluate", missing, data);
    failed(65, "bad_data", "predict", missing, data);
    failed(65, "bad_data", "report", missing);
    failed(65, "bad_data", "compare", "--csv", missing);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void filesThatCannotBeWrittenAreAnObjectToo() {
    failed(73, "cannot_create", "demo", "--out", "/proc/run");
    failed(73, "cannot_create", "train", data, "--max-lr", 0.1, "--out", "/proc/run");
    failed(73, "cannot_create", "report", run, "--out", "/proc/page.html");
    failed(74, "cannot_write", "schedule", "--max-lr", 1, "--steps", 99, "--csv", "/dev/full");
  }

  @Test
  void aTrainingThatDivergesIsAnObjectToo() {
    JsonNode error =
        failed(
            76,
            "diverged",
            "train",
            data,
            "--max-lr",
            1e9,
            "--epochs",
            8,
            "--batch-size",
            4,
            "--out",
            temp.resolve("diverged"));
    assertThat(error.get("message").asText()).contains("lower the peak learning rate");
  }

  /** A curve that only falls has no edge: the readings are there, and the reason. */
  @Test
  void aResultFromWhichNothingIsChosenHasTheReasonBesideIt() throws IOException {
    StringBuilder curve = new StringBuilder("learning_rate,loss\n");
    for (int i = 0; i < 50; i++) {
      curve.append(1e-5 * Math.pow(1.2, i)).append(",2.3\n");
    }
    Path file = Files.writeString(temp.resolve("flat.csv"), curve);
    Path svg = temp.resolve("flat.svg");
    Cli.Result result = Cli.run("find-lr", "--read", file, "--classes", 10, "--svg", svg, "--json");
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.json().at("/error/kind").asText()).isEqualTo("bad_data");
    assertThat(result.json().at("/error/message").asText())
        .startsWith("No peak learning rate can be suggested.");
    assertThat(result.json().get("verdict").asText()).isNotBlank();
  }

  @Test
  void comparedRunsHaveTheIntervalOfTheirAccuracy() {
    Path page = temp.resolve("intervals.html");
    JsonNode row = Cli.run("compare", run, run, "-o", page, "--json").json().at("/runs/0");
    double accuracy = row.get("accuracy_percent").asDouble();
    assertThat(row.at("/accuracy_interval_percent/low").asDouble()).isBetween(0.0, accuracy);
    assertThat(row.at("/accuracy_interval_percent/high").asDouble()).isBetween(accuracy, 100.0);
    assertThat(
            row.at("/accuracy_interval_percent/high").asDouble()
                - row.at("/accuracy_interval_percent/low").asDouble())
        .as("12 images")
        .isBetween(20.0, 55.0);
  }
}
