package dev.onecycle.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the built jar as users do, in processes of its own. */
public final class Processes {
  private static final Path JAR = Path.of("target", "onecycle.jar").toAbsolutePath();
  private static final long PATIENCE_SECONDS = 120;

  private Processes() {}

  /** A process and where its output goes. */
  public record Running(Process process, Path out, Path err) {
    /** Waits for the end, which must come: a process that hangs is ended and fails the test. */
    public int end() {
      try {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new AssertionError("still running\n" + output());
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        throw new AssertionError(e);
      }
      return process.exitValue();
    }

    public String output() {
      return Cli.read(out) + "\n" + Cli.read(err);
    }

    /** Waits until it has said something. */
    public void awaitOutput(String text) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!output().contains(text)) {
        if (!process.isAlive() || System.nanoTime() > end) {
          process.destroyForcibly();
          throw new AssertionError("never said '" + text + "'\n" + output());
        }
        pause(20);
      }
    }

    public void signal(String name) {
      try {
        int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
        if (code != 0) {
          throw new AssertionError("kill ended with " + code);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  public static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts {@code java <options> -jar onecycle.jar <words>}; its output goes to {@code logs}. */
  public static Running start(Path logs, List<String> options, Object... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.awt.headless=true");
    command.add("-Donecycle.cache=" + Cli.CACHE);
    command.addAll(options);
    command.add("-jar");
    command.add(JAR.toString());
    for (Object word : words) {
      command.add(word.toString());
    }
    try {
      Path out = Files.createTempFile(logs, "out", ".txt");
      Path err = Files.createTempFile(logs, "err", ".txt");
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      return new Running(process, out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
