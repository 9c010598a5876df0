package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A training in a process of its own, killed by signal 9 while it runs. */
public final class KilledProcess {
  private KilledProcess() {}

  /** Runs a command until a run has made some epochs, and kills it; the run has not ended. */
  public static void afterEpochs(int epochs, Path run, List<Object> words) throws IOException {
    afterEpochs(epochs, run, Main.class, words);
  }

  /** Runs a program until a run has made some epochs, and kills it; the run has not ended. */
  public static void afterEpochs(int epochs, Path run, Class<?> main, List<Object> words)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            ProcessUnderTest.java(
                List.of(
                    "-Djava.awt.headless=true",
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:TieredStopAtLevel=1",
                    "-Donecycle.cache=" + Cli.CACHE,
                    "-cp",
                    System.getProperty("java.class.path"),
                    main.getName())));
    words.forEach(word -> command.add(word.toString()));
    Path logs = Files.createTempDirectory(run.toAbsolutePath().getParent(), "log");
    ProcessUnderTest process = ProcessUnderTest.start(logs, command, Map.of());
    process.await(() -> rows(run.resolve("epochs.csv")) >= epochs, epochs + " epochs");
    process.kill();
    assertThat(Cli.parse(run.resolve("run.json")).get("status").asText())
        .as(process.output())
        .isEqualTo("running");
  }

  private static long rows(Path csv) {
    return Files.exists(csv) ? Cli.read(csv).lines().count() - 1 : 0;
  }
}
