package dev.onecycle.selftest.data;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.NotTriedException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Tries the cases of a group one after the other in a process with a small heap, which tests their
 * promise about memory. A case that ends the process or hangs has failed; the next case gets a new
 * process.
 */
final class SmallHeap {
  static final String HELD = "held";
  static final String FAILED = "failed";
  static final String NOT_TRIED = "not tried";

  /** The limit for a hang; {@link Timed} finds slow cases. */
  private static final long HANG_SECONDS = 60;

  private final String group;
  private int left;
  private @Nullable Running running;

  private SmallHeap(String group, int cases) {
    this.group = group;
    this.left = cases;
  }

  private record Running(Process process, BufferedWriter in, BufferedReader out) {}

  /** The same cases, tried in a process with a small heap; it ends with the last case. */
  static List<Case> trying(String group, List<Case> cases) {
    SmallHeap heap = new SmallHeap(group, cases.size());
    return cases.stream()
        .map(each -> new Case(each.name(), folder -> heap.run(each.name(), folder)))
        .toList();
  }

  private synchronized void run(String name, Path folder) throws Exception {
    try {
      String answer = answer(name, folder);
      String[] parts = answer.split("\t", 2);
      switch (parts[0]) {
        case HELD -> {}
        case NOT_TRIED -> throw new NotTriedException(parts[1]);
        default -> throw new AssertionError(parts[parts.length - 1]);
      }
    } finally {
      left--;
      if (left == 0) {
        end();
      }
    }
  }

  private String answer(String name, Path folder) throws Exception {
    Running child = running();
    CompletableFuture<@Nullable String> line = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                line.complete(child.out().readLine());
              } catch (IOException e) {
                line.complete(null);
              }
            },
            "onecycle-selftest-answer");
    reader.setDaemon(true);
    reader.start();
    try {
      child.in().write(name + "\t" + folder + "\n");
      child.in().flush();
      @Nullable String answer = line.get(HANG_SECONDS, TimeUnit.SECONDS);
      if (answer != null) {
        return answer;
      }
      return FAILED + "\tthe process ended with code " + ended(child);
    } catch (IOException e) {
      return FAILED + "\tthe process ended before it, with code " + ended(child);
    } catch (TimeoutException e) {
      ended(child);
      return FAILED + "\tnot done after " + HANG_SECONDS + " s";
    }
  }

  /** Ends the process, so that the next case gets a new one, and returns its exit code. */
  private int ended(Running child) throws InterruptedException {
    running = null;
    if (!child.process().waitFor(1, TimeUnit.SECONDS)) {
      child.process().destroyForcibly();
    }
    return child.process().waitFor();
  }

  private Running running() throws IOException {
    if (running == null) {
      Process process = java(SmallHeapMain.class, group);
      running =
          new Running(
              process,
              new BufferedWriter(
                  new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8)),
              new BufferedReader(
                  new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)));
    }
    return running;
  }

  /** Starts a program in a process with a small heap. */
  static Process java(Class<?> main, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Djava.awt.headless=true", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectError(Redirect.DISCARD).start();
  }

  /** Ends the process: it ends when its input ends. */
  private void end() throws IOException, InterruptedException {
    if (running != null) {
      running.in().close();
      if (!running.process().waitFor(HANG_SECONDS, TimeUnit.SECONDS)) {
        running.process().destroyForcibly();
      }
      running = null;
    }
  }

  /** The outcome of a case as one line. */
  static String line(String outcome, @Nullable Object reason) {
    String text = String.valueOf(reason).strip().replaceAll("\\s*\\R\\s*", " | ");
    return String.format(Locale.ROOT, "%s\t%s", outcome, text.replace('\t', ' '));
  }
}
