package dev.onecycle.cli.launch;

import dev.onecycle.error.IoErrors;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A rank in a process of its own, whose output goes line by line to the launcher's. */
final class RankProcess {
  /** Where lines go: whole, and one at a time. */
  interface Lines {
    void line(byte[] line, int length);
  }

  /** A longer line is passed on in parts. */
  static final int MAX_LINE = 1 << 16;

  private static final long DRAIN_MILLIS = 2000;

  private final int rank;
  private final Process process;
  private final List<Thread> pumps;

  private RankProcess(int rank, Process process, List<Thread> pumps) {
    this.rank = rank;
    this.process = process;
    this.pumps = pumps;
  }

  /**
   * Starts a rank.
   *
   * @param environment the whole of it
   * @param out where its standard output goes
   * @param longest bytes of a line of its standard output; longer ones go in parts
   * @param err where its standard error goes
   * @param ended called once, by another thread, when it has ended
   */
  static RankProcess start(
      int rank,
      List<String> command,
      Map<String, String> environment,
      Lines out,
      int longest,
      Lines err,
      Consumer<RankProcess> ended) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw IoErrors.cannotCreate("rank " + rank, e);
    }
    List<Thread> pumps =
        List.of(
            pump("onecycle-out-" + rank, process.getInputStream(), out, longest),
            pump("onecycle-err-" + rank, process.getErrorStream(), err, MAX_LINE));
    RankProcess started = new RankProcess(rank, process, pumps);
    var unused = process.onExit().thenAccept(end -> ended.accept(started));
    return started;
  }

  private static Thread pump(String name, InputStream from, Lines to, int longest) {
    Thread thread = new Thread(() -> copy(from, to, longest), name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static void copy(InputStream from, Lines to, int longest) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (InputStream in = new BufferedInputStream(from)) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n' || line.size() == longest) {
          to.line(line.toByteArray(), line.size());
          line.reset();
        }
        if (next != '\n') {
          line.write(next);
        }
      }
    } catch (IOException e) {
      byte[] lost = ("its output is lost: " + e.getMessage()).getBytes(StandardCharsets.UTF_8);
      to.line(lost, lost.length);
    }
    if (line.size() > 0) {
      to.line(line.toByteArray(), line.size());
    }
  }

  int rank() {
    return rank;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Its exit code, 128 and the number of the signal where one ended it. */
  int exitCode() {
    return process.exitValue();
  }

  /** Passes an order on; one that has ended needs none. */
  void order(int order) {
    try {
      OutputStream orders = process.getOutputStream();
      orders.write(order);
      orders.flush();
    } catch (IOException e) {
      System.getLogger(RankProcess.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "rank " + rank + " hears no order", e);
    }
  }

  /** Asks it to end. */
  void terminate() {
    process.destroy();
  }

  /** Ends it, and what it has started. */
  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** Waits for the rest of its output, which a process that it has started may hold open. */
  void drain() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
    try {
      for (Thread pump : pumps) {
        pump.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
