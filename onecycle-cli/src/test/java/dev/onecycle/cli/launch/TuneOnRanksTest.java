package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is chosen on two ranks of one thread is what one rank of two threads chooses. */
@Tag("long")
class TuneOnRanksTest {
  private static final List<String> LAUNCH = List.of("launch", "--nproc=2", "--");

  @TempDir Path temp;
  private RankedRuns runs = new RankedRuns(Path.of(""));

  @BeforeEach
  void draw() throws IOException {
    runs = RankedRuns.in(temp);
  }

  private List<String> words(String command, Path out, int threads) {
    return List.of(
        command,
        temp.resolve("data").toString(),
        "--batch-size=16",
        "--weight-decay=1e-2,1e-4",
        "--range-steps=80",
        "--epochs=2",
        "--precision=fp32",
        "--seed=7",
        "--threads=" + threads,
        "--out=" + out);
  }

  private static List<String> and(List<String> words, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return all;
  }

  private ProcessUnderTest launch(List<String> options, List<String> words) {
    List<String> all = new ArrayList<>(LAUNCH);
    all.addAll(words);
    return runs.start(options, Map.of(), all);
  }

  /** Rank 1 is killed in the second range test. The first is not run again. */
  @Test
  void ranksTuneAlsoAfterAFault() throws IOException {
    Path alone = temp.resolve("alone");
    Path ranks = temp.resolve("ranks");
    String[] few = {"--dropout=0", "--final-tests=1", "--by-cycle=0"};
    runs.start(List.of(), Map.of(), and(words("tune", alone, 2), few)).requireExitCode(0);
    ProcessUnderTest launched =
        launch(
            List.of("-Donecycle.fault=rank.forward@100:halt", "-Donecycle.fault.rank=1"),
            and(words("tune", ranks, 1), few));
    launched.requireExitCode(0);
    assertThat(launched.output()).contains("restart 1 of 3", "Going on with " + ranks);
    Recipe wanted = Recipe.read(alone.resolve("recipe.yaml"));
    Recipe found = Recipe.read(ranks.resolve("recipe.yaml"));
    assertThat(found.reasons()).isEqualTo(wanted.reasons());
    assertThat(found.settings().get("max_lr")).isEqualTo(wanted.settings().get("max_lr"));
    assertThat(found.settings().get("weight_decay"))
        .isEqualTo(wanted.settings().get("weight_decay"));
  }

  @Test
  void ranksSweep() {
    Path alone = temp.resolve("alone.json");
    Path ranks = temp.resolve("ranks.json");
    int code = runs.start(List.of(), Map.of(), words("sweep", alone, 2)).exitCode();
    ProcessUnderTest launched = launch(List.of(), words("sweep", ranks, 1));
    launched.requireExitCode(code);
    assertThat(FoundRate.read(ranks).evidence().sweeps())
        .isEqualTo(FoundRate.read(alone).evidence().sweeps());
    assertThat(Cli.read(ranks)).contains("weight_decay");
  }

  /** The images limit it here, so that it is the same whatever the memory. */
  @Test
  void ranksFindABatchSize() {
    List<String> words =
        List.of("find-batch-size", temp.resolve("data").toString(), "--epochs=200", "--seed=7");
    ProcessUnderTest alone = runs.start(List.of(), Map.of(), and(words, "--threads=2"));
    alone.requireExitCode(0);
    ProcessUnderTest launched = launch(List.of(), and(words, "--threads=1"));
    launched.requireExitCode(0);
    assertThat(chosen(launched)).isEqualTo(chosen(alone)).isBetween(32, 128);
  }

  private static int chosen(ProcessUnderTest process) {
    return process
        .output()
        .lines()
        .filter(line -> line.contains("Batch size: "))
        .map(line -> Integer.parseInt(line.replaceFirst(".*Batch size: ", "")))
        .findFirst()
        .orElseThrow();
  }
}
