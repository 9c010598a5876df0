package dev.onecycle.selftest.fuzz;

import dev.onecycle.selftest.Expect;
import dev.onecycle.selftest.Program;
import dev.onecycle.torch.train.Engine;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * Runs words that may be hostile and requires an orderly answer.
 *
 * @param program the command line
 */
record OutputContract(Program program) {
  private static final Set<Integer> DOCUMENTED = Set.of(0, 2, 65, 73, 74, 76);
  private static final double MOST_SECONDS = 5;
  private static final long PATIENCE_SECONDS = 20;
  private static final int LONGEST_LINE = 4000;
  private static final int SHOWN = 300;

  /** Colours are drawn by figures alone; words under test use other escape sequences. */
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

  /** Runs words; throws where the answer is not in order. */
  Program.Result require(List<String> words) throws InterruptedException {
    Engine.environment(); // loaded before the clock starts, which may take long the first time
    long begin = System.nanoTime();
    Program.Result result = run(words);
    double seconds = (System.nanoTime() - begin) / 1e9;
    String what = shown(words + " -> " + result.code() + ": " + result.err());
    Expect.that(
        DOCUMENTED.contains(result.code()), () -> "exit code must be a documented one: " + what);
    requireClean(result.out(), "standard output", what);
    requireClean(result.err(), "standard error", what);
    if (result.code() != 0) {
      requireOneReason(result, words.contains("--json"), what);
    }
    Expect.that(
        seconds < MOST_SECONDS, () -> "must take below 5 s but took " + seconds + " s: " + what);
    return result;
  }

  private Program.Result run(List<String> words) throws InterruptedException {
    FutureTask<Program.Result> task =
        new FutureTask<>(() -> program.here(words.toArray(String[]::new)));
    Thread thread = new Thread(task, "onecycle-words");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      throw new AssertionError(
          "still running after " + PATIENCE_SECONDS + " s: " + shown("" + words), e);
    } catch (ExecutionException e) {
      throw new AssertionError("threw " + e.getCause() + ": " + shown("" + words), e);
    }
  }

  private static void requireClean(String text, String where, String what) {
    Expect.that(
        !text.contains("\tat ") && !text.contains("Exception in"),
        () -> where + " must be without frames: " + what);
    String plain = COLOUR.matcher(text).replaceAll("");
    Expect.that(
        plain.codePoints().allMatch(OutputContract::harmless),
        () -> where + " must be without control characters: " + what);
  }

  private static boolean harmless(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c == '\n' || c == '\r';
      case Character.FORMAT, Character.SURROGATE -> false;
      default -> true;
    };
  }

  /** With {@code --json} standard error holds what is said on the way too. */
  private static void requireOneReason(Program.Result result, boolean json, String what) {
    List<String> reasons =
        result.err().lines().filter(line -> !line.startsWith("See 'onecycle")).toList();
    Expect.that(
        json ? !reasons.isEmpty() : reasons.size() == 1,
        () -> "a failure must have one line of reason but has " + reasons.size() + ": " + what);
    String last = reasons.get(reasons.size() - 1);
    Expect.that(
        last.startsWith("onecycle: ") && !last.endsWith(": null") && !last.endsWith(" null"),
        () -> "a failure must have a reason: " + what);
    Expect.that(
        last.length() <= LONGEST_LINE,
        () -> "a reason must be short but has " + last.length() + " characters: " + what);
  }

  /** A text fit for a table: what is no plain letter as its number, the middle left out. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    String brief =
        text.length() <= 2 * SHOWN
            ? text
            : text.substring(0, SHOWN) + " ... " + text.substring(text.length() - SHOWN);
    brief
        .chars()
        .forEach(
            c -> {
              if (c >= ' ' && c < 0x7f) {
                shown.append((char) c);
              } else {
                shown.append(String.format("\\u%04x", c));
              }
            });
    return shown.toString();
  }
}
