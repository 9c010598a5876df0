package dev.onecycle.selftest.harness;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Java program under test.
 *
 * @param mainClass class that a process of its own starts
 * @param inProcess runs the program inside this process
 */
public record Program(String mainClass, Command inProcess) {
  /** A command line as a function. */
  @FunctionalInterface
  public interface Command {
    /** Runs the command line with arguments and returns its exit code. */
    int run(PrintWriter out, PrintWriter err, String... arguments);
  }

  /** The exit code of a command and its output. */
  public record Result(int exitCode, String out, String err) {}

  /** Runs the program inside this process. */
  public Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = inProcess.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }

  /**
   * Starts the program in a process of its own.
   *
   * @param logs an existing folder for the files of its output
   * @param javaOptions options of the Java virtual machine
   */
  public ProcessUnderTest start(Path logs, List<String> javaOptions, String... arguments) {
    return start(List.of(), logs, javaOptions, Map.of(), arguments);
  }

  /**
   * Starts the program in a process of its own, by way of another command and with more variables
   * in its environment.
   *
   * @param prefix words of the command that stand before {@code java}
   */
  public ProcessUnderTest start(
      List<String> prefix,
      Path logs,
      List<String> javaOptions,
      Map<String, String> environment,
      String... arguments) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Djava.awt.headless=true",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:ErrorFile=" + logs.resolve("crash.log")));
    options.addAll(javaOptions);
    List<String> command = new ArrayList<>(prefix);
    command.addAll(ProcessUnderTest.java(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(arguments));
    return ProcessUnderTest.start(logs, command, environment);
  }
}
