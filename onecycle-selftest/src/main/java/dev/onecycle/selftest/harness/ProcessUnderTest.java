package dev.onecycle.selftest.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process under test, whose output goes to files.
 *
 * <p>Every wait has a limit of two minutes, after which the process is killed and an {@link
 * AssertionError} with the end of its output is thrown. An interrupt of the waiting thread kills
 * the process too and is thrown as {@link CancellationException}.
 *
 * @param process the process itself
 * @param out file of its standard output
 * @param err file of its standard error
 */
public record ProcessUnderTest(Process process, Path out, Path err) {
  private static final int SHOWN_LINES = 12;
  private static final long MAX_SECONDS = 120;
  private static final long POLL_MILLIS = 5;

  /**
   * Starts a process.
   *
   * @param logs an existing folder for the files of its output
   * @param environment variables that are added to those of this process
   */
  public static ProcessUnderTest start(
      Path logs, List<String> command, Map<String, String> environment) {
    try {
      Path out = Files.createTempFile(logs, "out", ".txt");
      Path err = Files.createTempFile(logs, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
      builder.environment().putAll(environment);
      return new ProcessUnderTest(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The beginning of a command: the {@code java} of this process, and options for it. */
  public static List<String> java(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    return command;
  }

  /** Waits for the end of the process and returns its exit code. */
  public int exitCode() {
    try {
      if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("still running after " + MAX_SECONDS + " s: " + lastLines());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Waits for the end of the process and requires an exit code. */
  public void requireExitCode(int code) {
    int actual = exitCode();
    Expect.that(
        actual == code, () -> "exit code must be " + code + " but was " + actual + lastLines());
  }

  /**
   * Waits until a condition holds while the process runs.
   *
   * @param name of the condition, for the error
   */
  public void await(BooleanSupplier condition, String name) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
    while (!condition.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > limit) {
        process.destroyForcibly();
        throw new AssertionError("never reached " + name + ": " + lastLines());
      }
      pause(POLL_MILLIS);
    }
  }

  /** Waits until the output contains a text while the process runs. */
  public void awaitOutput(String text) {
    await(() -> output().contains(text), "the output '" + text + "'");
  }

  /** Lets the process run for a time. */
  public void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private CancellationException interrupted() {
    process.destroyForcibly();
    Thread.currentThread().interrupt();
    return new CancellationException("interrupted while a process ran");
  }

  /** Sends signals, such as {@code INT}, at once. */
  public void signal(String... names) {
    String commands =
        Stream.of(names)
            .map(name -> "kill -" + name + " " + process.pid())
            .collect(Collectors.joining(" && "));
    try {
      Process kill = new ProcessBuilder("sh", "-c", commands).start();
      Expect.equal(0, kill.waitFor(), "the exit code of kill");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Kills the process, on POSIX systems with signal 9, and waits for its end. */
  public void kill() {
    process.destroyForcibly();
    exitCode();
  }

  /** The output so far: standard output, then standard error. */
  public String output() {
    try {
      return "\n" + Files.readString(out) + "\n" + Files.readString(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of the output so far. */
  public String lastLines() {
    List<String> lines = output().lines().toList();
    return "\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }
}
