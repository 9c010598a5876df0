package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs of two ranks in processes of their own: 120 images of 8×8 in three classes, three epochs of
 * eight steps.
 *
 * @param folder of the images, the logs and the runs
 */
record RankedRuns(Path folder) {
  /** Longer than a busy machine lets a rank wait for another. */
  private static final int TIMEOUT = 60;

  /** Draws the images. */
  static RankedRuns in(Path folder) throws IOException {
    TestData.colours(folder.resolve("data"), 40, 10, 8, 8);
    return new RankedRuns(folder);
  }

  Path run(String name) {
    return folder.resolve(name);
  }

  /** The words of a training of three epochs. */
  List<String> train(String name) {
    return train(name, 3, TIMEOUT);
  }

  /**
   * The words of a training.
   *
   * @param timeout of collective operations, in seconds; ranks meet in five times that
   */
  List<String> train(String name, int epochs, int timeout) {
    return new ArrayList<>(
        List.of(
            "train",
            folder.resolve("data").toString(),
            "--epochs=" + epochs,
            "--batch-size=16",
            "--max-lr=0.05",
            "--precision=fp32",
            "--dropout=0.2",
            "--seed=7",
            "--collective-timeout=" + timeout,
            "--out=" + run(name)));
  }

  /** Starts the program with options of Java. */
  ProcessUnderTest start(List<String> options, Map<String, String> variables, List<String> words) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "-Djava.awt.headless=true",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Donecycle.cache=" + Cli.CACHE));
    all.addAll(options);
    all.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    List<String> command = ProcessUnderTest.java(all);
    command.addAll(words);
    return ProcessUnderTest.start(folder, command, variables);
  }

  /** Starts a training of two ranks by the launcher. */
  ProcessUnderTest launch(String name, String... options) {
    List<String> words = new ArrayList<>(List.of("launch", "--nproc=2", "--"));
    words.addAll(train(name));
    return start(List.of(options), Map.of(), words);
  }

  /** Starts the launcher of one of two machines, with a rank each. */
  ProcessUnderTest machine(int machine, int port, List<String> options, List<String> train) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "launch",
                "--nproc=1",
                "--nnodes=2",
                "--node-rank=" + machine,
                "--master=127.0.0.1:" + port,
                "--"));
    words.addAll(train);
    return start(options, Map.of(), words);
  }

  /** Starts a rank without a launcher. */
  ProcessUnderTest rank(int rank, int port, Map<String, String> more, List<String> words) {
    Map<String, String> variables = new HashMap<>();
    variables.put("RANK", Integer.toString(rank));
    variables.put("WORLD_SIZE", "2");
    variables.put("MASTER_ADDR", "127.0.0.1");
    variables.put("MASTER_PORT", Integer.toString(port));
    variables.putAll(more);
    return start(List.of("-XX:ActiveProcessorCount=1"), variables, words);
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Requires that two runs have the same weights, steps and epochs, and are finished. */
  void requireSame(String one, String other) throws IOException {
    for (String file : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(run(one).resolve(file), run(other).resolve(file)))
          .as(file)
          .isEqualTo(-1);
    }
    assertThat(Cli.parse(run(other).resolve("run.json")).get("status").asText())
        .isEqualTo("finished");
    try (Stream<Path> left = Files.walk(run(other))) {
      assertThat(left)
          .noneMatch(path -> path.getFileName().toString().matches("\\..*(tmp|unfin).*"));
    }
  }
}
