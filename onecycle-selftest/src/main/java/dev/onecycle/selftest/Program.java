package dev.onecycle.selftest;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The command line under test.
 *
 * @param mainClass of a process of its own
 * @param inProcess runs words here; answers the exit code
 */
public record Program(String mainClass, Command inProcess) {
  /** A command line as a function. */
  @FunctionalInterface
  public interface Command {
    int run(PrintWriter out, PrintWriter err, String... words);
  }

  /** What a command said, and how it ended. */
  public record Result(int code, String out, String err) {}

  /** Runs it in this process. */
  public Result here(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = inProcess.run(new PrintWriter(out), new PrintWriter(err), words);
    return new Result(code, out.toString(), err.toString());
  }

  /**
   * Starts it in a process of its own.
   *
   * @param logs an existing folder for what it says
   * @param options of the Java machine
   */
  public ProcessUnderTest start(Path logs, List<String> options, String... words)
      throws IOException {
    return start(List.of(), logs, options, Map.of(), words);
  }

  /**
   * As {@link #start(Path, List, String...)}, by another program and with variables added to its
   * environment.
   *
   * @param by words that stand before those that start Java
   * @param environment values by name
   */
  public ProcessUnderTest start(
      List<String> by,
      Path logs,
      List<String> options,
      Map<String, String> environment,
      String... words)
      throws IOException {
    List<String> command = new ArrayList<>(by);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Djava.awt.headless=true",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:ErrorFile=" + logs.resolve("crash.log")));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(words));
    Path out = Files.createTempFile(logs, "out", ".txt");
    Path err = Files.createTempFile(logs, "err", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    return new ProcessUnderTest(builder.start(), out, err);
  }
}
