package dev.onecycle.bench;

import dev.onecycle.bench.measure.Spread;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.run.files.Directories;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Engine;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The start time of commands as processes of the launcher: {@code --help} and {@code schedule}
 * until they end, {@code train} until its first step.
 *
 * <p>A fault ends the training before the first update of the weights, so that each measurement is
 * the life of a process. The commands take turns, so that a disturbance of the machine falls on
 * all. The first round, which may decode images, is not counted.
 */
@Command(
    name = "start",
    description = "Seconds from start to end of --help and schedule, and to the first step.",
    mixinStandardHelpOptions = true)
final class StartBench implements Callable<Integer> {
  private static final String FIRST_STEP = "-D" + Faults.PROPERTY + "=train.before-update:halt";
  private static final int HALTED = 137;

  @Parameters(
      paramLabel = "DATA",
      arity = "0..1",
      defaultValue = "shapes",
      description = "As for train. Default: ${DEFAULT-VALUE}.")
  String location = "shapes";

  @Option(names = "--rounds", defaultValue = "11", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 11;

  /**
   * A command whose start is measured.
   *
   * @param words after {@code onecycle}
   * @param options of Java
   * @param exitCode expected exit code
   */
  private record Start(String name, List<String> words, String options, int exitCode) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Require.atLeast("rounds", rounds, 1);
    Map<String, String> facts = Engine.environment();
    for (String name : List.of("processor", "cores", "system", "java", "engine")) {
      System.out.println("  " + name + ": " + facts.get(name));
    }
    Path temp = Files.createTempDirectory("onecycle-bench");
    Path run = temp.resolve("run");
    List<Start> starts =
        List.of(
            new Start("--help", List.of("--help"), "", 0),
            new Start("schedule", words("schedule --max-lr 0.8 --steps 9310"), "", 0),
            new Start(
                "train, first step",
                List.of("train", location, "--max-lr", "0.4", "--out", run.toString()),
                FIRST_STEP,
                HALTED));
    double[][] seconds = new double[starts.size()][rounds];
    try {
      for (int round = -1; round < rounds; round++) {
        for (int i = 0; i < starts.size(); i++) {
          double taken = seconds(starts.get(i), temp.resolve("output"));
          Directories.remove(run);
          if (round >= 0) {
            seconds[i][round] = taken;
          }
        }
      }
    } finally {
      Directories.remove(temp);
    }
    for (int i = 0; i < starts.size(); i++) {
      Spread spread = Spread.of(seconds[i]);
      System.out.println(
          Numbers.format(
              "%-18s median of %d %.3f s (%.3f to %.3f)",
              starts.get(i).name(), rounds, spread.median(), spread.lowest(), spread.highest()));
    }
    return 0;
  }

  private static List<String> words(String line) {
    return List.of(line.split(" "));
  }

  /** Runs one process and returns its life in seconds. */
  private static double seconds(Start start, Path output) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(start.words());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().merge("ONECYCLE_JAVA_OPTS", start.options(), (a, b) -> a + " " + b);
    long begin = System.nanoTime();
    int code = builder.start().waitFor();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (code != start.exitCode()) {
      throw new IllegalStateException(
          command
              + " must end with "
              + start.exitCode()
              + " but ended with "
              + code
              + "\n"
              + Files.readString(output));
    }
    return seconds;
  }

  /** The launcher of the checkout that this class was built in. */
  private static Path launcher() {
    try {
      Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path launcher = jar.resolve("../../../onecycle").normalize();
      if (!Files.isExecutable(launcher)) {
        throw new IllegalStateException(launcher + " must be the launcher; run in a checkout");
      }
      return launcher;
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a jar has a path", e);
    }
  }
}
