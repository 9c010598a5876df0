package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Processes;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import dev.onecycle.text.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A sweep or a tuning that is ended in any way says how to go on; the line it says, pasted into a
 * shell, goes on where it was and comes to the same result.
 */
@Tag("long")
class TuneIT {
  private static final List<Object> COMMON =
      List.of(
          "--batch-size",
          16,
          "--weight-decay",
          "1e-2,1e-3,1e-4",
          "--threads",
          2,
          "--precision",
          "fp32",
          "--range-steps",
          120,
          "--by-cycle",
          1);

  @TempDir static Path shared = Path.of("");
  private static Path data = Path.of("");
  private static Path launcher = Path.of("");
  private static Path tuned = Path.of("");
  private static Path swept = Path.of("");

  @TempDir Path temp;

  @BeforeAll
  static void undisturbed() throws IOException {
    data = TestData.colours(shared.resolve("data of 'mine'"), 40, 10, 8, 8);
    launcher = Processes.launcher(shared);
    tuned = shared.resolve("straight");
    swept = shared.resolve("sweep.json");
    assertThat(tune(shared, tuned).exitCode()).isZero();
    assertThat(sweep(shared, swept).exitCode()).isZero();
  }

  private static ProcessUnderTest tune(Path logs, Path out) {
    return started(logs, "tune", "--final-tests", 1, "--epochs", 2, "--out", out);
  }

  private static ProcessUnderTest sweep(Path logs, Path out) {
    return started(logs, "sweep", "--csv", out.resolveSibling("sweep.csv"), "--out", out);
  }

  private static ProcessUnderTest started(Path logs, String command, Object... more) {
    List<String> words = new ArrayList<>(List.of(launcher.toString(), command, data.toString()));
    Stream.concat(COMMON.stream(), Stream.of(more)).map(String::valueOf).forEach(words::add);
    return Processes.pasted(logs, Shell.line(words));
  }

  /** The line that the program says goes on: at the interruption, or at the beginning. */
  private static String said(ProcessUnderTest ended, String before) {
    return ended
        .output()
        .lines()
        .filter(line -> line.contains(before))
        .map(line -> line.substring(line.indexOf(before) + before.length()))
        .findFirst()
        .orElseThrow(() -> new AssertionError(ended.output()));
  }

  private static Map<String, JsonNode> results(Path file) {
    Map<String, JsonNode> results = new LinkedHashMap<>();
    Cli.parse(file)
        .get("results")
        .properties()
        .forEach(entry -> results.put(entry.getKey(), entry.getValue()));
    return results;
  }

  /** Waits until so many pieces of work are on disk; they appear whole or not at all. */
  private static void awaitResults(ProcessUnderTest run, Path file, int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!Files.exists(file) || results(file).size() < count) {
      if (!run.process().isAlive() || System.nanoTime() > end) {
        throw new AssertionError("no " + count + " results\n" + run.output());
      }
      run.pause(20);
    }
  }

  /** Ends a process after its first result; answers the line that goes on. */
  private static String ended(ProcessUnderTest first, Path file, String signal) {
    awaitResults(first, file, 1);
    first.signal(signal);
    int code = first.exitCode();
    if (signal.equals("KILL")) {
      assertThat(code).as(first.output()).isEqualTo(137);
      return said(first, "After an interruption this goes on and repeats none: ");
    }
    assertThat(code).isEqualTo(signal.equals("INT") ? 130 : 143);
    int kept = results(file).size();
    assertThat(first.output())
        .contains("Interrupted. " + (kept == 1 ? "1 result is" : kept + " results are"))
        .contains(" kept in " + file + ". To go on: ");
    assertThat(Cli.read(first.err()).lines()).last().isEqualTo("onecycle: interrupted");
    return said(first, " To go on: ");
  }

  private void assertGoesOn(String line, Path file, int all) throws IOException {
    Map<String, JsonNode> before = results(file);
    assertThat(before).hasSizeLessThan(all);
    ProcessUnderTest second = Processes.pasted(temp, line);
    assertThat(second.exitCode()).as(line + second.output()).isZero();
    assertThat(second.output()).contains("Going on with " + file + ", which has " + before.size());
    // Cycles have their times, which no second training would have again.
    assertThat(results(file)).hasSize(all).containsAllEntriesOf(before);
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).noneMatch(path -> path.toString().endsWith(".tmp"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "INT", "TERM"})
  void aTuningGoesOnWhereItWasEnded(String signal) throws IOException {
    Map<String, JsonNode> expected = results(tuned.resolve(TuningJournal.FILE));
    Path out = temp.resolve("tuned");
    Path file = out.resolve(TuningJournal.FILE);
    String line = ended(tune(temp, out), file, signal);
    assertThat(out.resolve("recipe.yaml")).doesNotExist();
    assertGoesOn(line, file, expected.size());
    Recipe recipe = Recipe.read(out.resolve("recipe.yaml"));
    assertThat(recipe.saysTheSame(Recipe.read(tuned.resolve("recipe.yaml")))).isTrue();
    assertSameTests(file, expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "INT", "TERM"})
  void aSweepGoesOnWhereItWasEnded(String signal) throws IOException {
    Map<String, JsonNode> expected = results(swept.resolveSibling("sweep-tests.json"));
    assertThat(expected).hasSize(6); // a range test and a cycle of each
    Path out = temp.resolve("sweep.json");
    Path file = temp.resolve("sweep-tests.json");
    String line = ended(sweep(temp, out), file, signal);
    assertThat(out).doesNotExist();
    assertGoesOn(line, file, expected.size());
    assertSameTests(file, expected);
    for (String name : List.of("/learning_rate", "/conditions")) {
      assertThat(Cli.parse(out).at(name)).isEqualTo(Cli.parse(swept).at(name));
    }
    byte[] csv = Files.readAllBytes(swept.resolveSibling("sweep.csv"));
    assertThat(temp.resolve("sweep.csv")).hasBinaryContent(csv);
  }

  private static void assertSameTests(Path file, Map<String, JsonNode> expected) {
    expected.forEach(
        (work, result) -> {
          if (work.startsWith("range test")) { // cycles tell their time too
            assertThat(results(file)).containsEntry(work, result);
          }
        });
  }
}
