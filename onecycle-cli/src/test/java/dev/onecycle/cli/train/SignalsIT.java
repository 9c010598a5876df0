package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Processes;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C and TERM end a command in order. */
@Tag("long")
class SignalsIT {
  @TempDir static Path shared = Path.of("");
  private static Path data = Path.of("");
  private static Path mostlyTest = Path.of("");

  @TempDir Path temp;

  @BeforeAll
  static void draw() throws IOException {
    data = TestData.colours(shared.resolve("data"));
    mostlyTest = TestData.colours(shared.resolve("mostly-test"), 8, 400, 16, 16);
  }

  private ProcessUnderTest train(Path images, Path out, Object... more) {
    List<Object> words =
        Stream.concat(
                Stream.<Object>of("train", images, "--epochs", 100_000, "--out", out),
                Stream.of(more))
            .toList();
    return Processes.start(temp, List.of(), words.toArray());
  }

  private static void assertInOrder(ProcessUnderTest ended, int code) {
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(code);
    assertThat(Cli.read(ended.err())).doesNotContain("Exception", "\tat ");
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void trainingKeepsWhatItHas(String signal, int code) throws IOException {
    Path out = temp.resolve("run");
    ProcessUnderTest run = train(data, out, "--max-lr", "0.05", "--batch-size", "40");
    run.awaitOutput("epoch   2/100000");
    run.signal(signal);
    assertInOrder(run, code);
    JsonNode record = Cli.parse(out.resolve("run.json"));
    assertThat(record.get("status").asText()).isEqualTo("interrupted");
    int epochs = record.at("/outcome/epochs").asInt();
    assertThat(epochs).isGreaterThanOrEqualTo(2);
    assertThat(Files.readAllLines(out.resolve("epochs.csv"))).hasSize(1 + epochs);
    assertThat(Files.readAllLines(out.resolve("steps.csv")))
        .hasSizeBetween(1 + 3 * epochs, 1 + 3 * (epochs + 1));
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
    }
    Cli.Result evaluated = Cli.run("evaluate", out, data, "--json");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
  }

  /** {@code timeout} tells its child and then the whole group of processes, at once. */
  @Test
  void anOrderThatArrivesTwiceIsOne() {
    Path out = temp.resolve("run");
    ProcessUnderTest run = train(data, out, "--max-lr", "0.05", "--batch-size", "40");
    run.awaitOutput("epoch   2/100000");
    run.signal("TERM", "INT", "TERM");
    assertThat(run.exitCode()).as(run.output()).isIn(130, 143);
    assertThat(Cli.parse(out.resolve("run.json")).get("status").asText()).isEqualTo("interrupted");
    assertThat(out.resolve("model.safetensors")).exists();
  }

  /** Whatever it is doing: loading the engine, waiting for a batch, a step, an evaluation. */
  @ParameterizedTest
  @CsvSource({"0", "150", "300", "450", "600", "750"})
  void trainingEndsInOrderAtAnyMoment(long millis) throws IOException {
    Path out = temp.resolve("run");
    ProcessUnderTest run = train(data, out, "--max-lr", "0.05", "--batch-size", "40");
    run.awaitOutput("training and");
    run.pause(millis);
    run.signal("INT");
    assertInOrder(run, 130);
    if (Files.exists(out)) {
      JsonNode record = Cli.parse(out.resolve("run.json"));
      assertThat(record.get("status").asText()).isEqualTo("interrupted");
      assertThat(out.resolve("model.safetensors")).exists();
    }
  }

  /** Few images to train on and many to evaluate on: nearly all the time is evaluation. */
  @ParameterizedTest
  @CsvSource({"0", "50", "100"})
  void trainingEndsInOrderWhileItEvaluates(long millis) throws IOException {
    Path out = temp.resolve("run");
    ProcessUnderTest run = train(mostlyTest, out, "--max-lr", "0.05", "--batch-size", "8");
    run.awaitOutput("epoch   2/100000");
    run.pause(millis);
    run.signal("INT");
    assertInOrder(run, 130);
    assertThat(Cli.parse(out.resolve("run.json")).get("status").asText()).isEqualTo("interrupted");
    assertThat(out.resolve("model.safetensors")).exists();
  }

  @Test
  void rangeTestBeforeTrainingLeavesNoRun() {
    Path out = temp.resolve("run");
    ProcessUnderTest run = train(data, out, "--range-steps", 100_000, "--batch-size", 40);
    run.awaitOutput("resnet20:");
    run.pause(500);
    run.signal("INT");
    assertInOrder(run, 130);
    assertThat(Cli.read(run.err())).contains("interrupted");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void findingARateWritesNothing(String signal, int code) throws IOException {
    Path svg = temp.resolve("curve.svg");
    ProcessUnderTest run =
        Processes.start(
            temp,
            List.of(),
            "find-lr",
            data,
            "--range-steps",
            100_000,
            "--batch-size",
            40,
            "--svg",
            svg,
            "--out",
            temp.resolve("found.json"));
    run.awaitOutput("training and");
    run.pause(1500);
    run.signal(signal);
    assertInOrder(run, code);
    assertThat(Cli.read(run.err()).strip()).isEqualTo("onecycle: interrupted");
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).noneMatch(file -> file.toString().matches(".*(svg|json|tmp)"));
    }
  }
}
