package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Processes;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tuning run that is ended in any way is resumed where it was, to the same recipe. */
class TuneIT {
  @TempDir static Path shared = Path.of("");
  private static Path data = Path.of("");
  private static Path straight = Path.of("");

  @TempDir Path temp;

  /** A tuning that is not disturbed. */
  @BeforeAll
  static void tune() throws IOException {
    data = TestData.colours(shared.resolve("data"), 40, 10, 8, 8);
    straight = shared.resolve("straight");
    assertThat(tune(shared, straight).exitCode()).isZero();
  }

  private static ProcessUnderTest tune(Path logs, Path out) {
    return Processes.start(
        logs,
        List.of(),
        "tune",
        data,
        "--batch-size",
        16,
        "--weight-decay",
        "1e-2,1e-3,1e-4",
        "--final-tests",
        1,
        "--threads",
        2,
        "--precision",
        "fp32",
        "--range-steps",
        120,
        "--epochs",
        2,
        "--by-cycle",
        1,
        "--out",
        out);
  }

  private static Map<String, JsonNode> results(Path out) {
    return TuningJournal.read(out).results();
  }

  /** Waits until so many pieces of work are on disk; they appear whole or not at all. */
  private static void awaitResults(ProcessUnderTest run, Path out, int count) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    while (!Files.exists(out.resolve(TuningJournal.FILE)) || results(out).size() < count) {
      if (!run.process().isAlive() || System.nanoTime() > end) {
        throw new AssertionError("no " + count + " results\n" + run.output());
      }
      run.pause(20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "INT", "TERM"})
  void goesOnWhereItWasEnded(String signal) throws IOException {
    Path out = temp.resolve("tuned");
    ProcessUnderTest first = tune(temp, out);
    awaitResults(first, out, 1);
    first.signal(signal);
    int code = first.exitCode();
    assertThat(code).as(first.output()).isNotZero();
    if (!signal.equals("KILL")) {
      assertThat(code).isEqualTo(signal.equals("INT") ? 130 : 143);
      assertThat(first.output()).contains("to resume it, call it again with --out " + out);
    }
    Map<String, JsonNode> before = results(out);
    assertThat(before.size()).isLessThan(results(straight).size());
    assertThat(out.resolve("recipe.yaml")).doesNotExist();

    ProcessUnderTest second = tune(temp, out);
    assertThat(second.exitCode()).as(second.output()).isZero();
    assertThat(second.output()).contains("Resuming the tuning in " + out);
    assertThat(results(out)).containsAllEntriesOf(before);
    Recipe recipe = Recipe.read(out.resolve("recipe.yaml"));
    Recipe expected = Recipe.read(straight.resolve("recipe.yaml"));
    assertThat(recipe.settings()).isEqualTo(expected.settings());
    assertThat(recipe.reasons()).isEqualTo(expected.reasons());
    assertThat(results(out).keySet()).isEqualTo(results(straight).keySet());
    results(straight)
        .forEach(
            (work, result) -> {
              if (work.startsWith("range test")) { // cycles tell their time too
                assertThat(results(out)).containsEntry(work, result);
              }
            });
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files).noneMatch(file -> file.toString().endsWith(".tmp"));
    }
  }
}
