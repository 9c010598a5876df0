package dev.onecycle.selftest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A process under test.
 *
 * @param process it
 * @param out where its standard output goes
 * @param err where its standard error goes
 */
public record ProcessUnderTest(Process process, Path out, Path err) {
  private static final int SHOWN = 12;
  private static final long PATIENCE_SECONDS = 120;

  /** Waits for its end, which must come; answers the exit code. */
  public int end() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + PATIENCE_SECONDS + " s: " + lastWords());
    }
    return process.exitValue();
  }

  /** Waits for its end, which must come with a code. */
  public void end(int code) throws InterruptedException {
    int actual = end();
    Expect.that(
        actual == code, () -> "exit code must be " + code + " but was " + actual + lastWords());
  }

  /** Waits until something holds, while it runs. */
  public void await(BooleanSupplier condition, String what) throws InterruptedException {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (!process.isAlive() || System.nanoTime() > limit) {
        process.destroyForcibly();
        throw new AssertionError("never came to " + what + ": " + lastWords());
      }
      Thread.sleep(5);
    }
  }

  /** Waits until it has said something. */
  public void awaitOutput(String text) throws InterruptedException {
    await(() -> said().contains(text), "'" + text + "'");
  }

  public void signal(String name) throws IOException, InterruptedException {
    Expect.equal(
        0,
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor(),
        "the exit code of kill");
  }

  /** All that it has said. */
  public String said() {
    try {
      return "\n" + Files.readString(out) + "\n" + Files.readString(err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of what it has said. */
  public String lastWords() {
    List<String> lines = said().lines().toList();
    return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN), lines.size()));
  }
}
