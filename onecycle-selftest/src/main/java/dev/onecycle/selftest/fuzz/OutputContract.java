package dev.onecycle.selftest.fuzz;

import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.torch.train.Engine;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The contract of the command line's output: a documented exit code, one line of reason for a
 * failure, with --json an object that has it, no stack trace and no control characters, within five
 * seconds.
 *
 * @param program the command line
 */
record OutputContract(Program program) {
  private static final Set<Integer> EXIT_CODES = Set.of(0, 2, 65, 73, 74, 76);
  private static final double MAX_SECONDS = 5;
  private static final long HANG_SECONDS = 20;
  private static final int MAX_LINE = 4000;
  private static final int SHOWN_CHARACTERS = 300;

  /** Charts use colours; hostile words use other escape sequences. */
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

  /** Runs the program with arguments and requires the contract of its output. */
  Program.Result require(List<String> arguments) throws InterruptedException {
    Engine.environment(); // loads the engine before the clock starts: the first time may take long
    long begin = System.nanoTime();
    Program.Result result = run(arguments);
    double seconds = (System.nanoTime() - begin) / 1e9;
    String what = shown(arguments + " -> " + result.exitCode() + ": " + result.err());
    Expect.that(
        EXIT_CODES.contains(result.exitCode()),
        () -> "exit code must be a documented one: " + what);
    requireClean(result.out(), "standard output", what);
    requireClean(result.err(), "standard error", what);
    if (result.exitCode() != 0) {
      requireOneReason(result, arguments, what);
      requireObject(result, arguments, what);
    }
    Expect.that(
        seconds < MAX_SECONDS, () -> "must take below 5 s but took " + seconds + " s: " + what);
    return result;
  }

  private Program.Result run(List<String> arguments) throws InterruptedException {
    FutureTask<Program.Result> task =
        new FutureTask<>(() -> program.run(arguments.toArray(String[]::new)));
    Thread thread = new Thread(task, "onecycle-words");
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get(HANG_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      task.cancel(true);
      throw new AssertionError(
          "still running after " + HANG_SECONDS + " s: " + shown("" + arguments), e);
    } catch (ExecutionException e) {
      throw new AssertionError("threw " + e.getCause() + ": " + shown("" + arguments), e);
    }
  }

  private static void requireClean(String text, String where, String what) {
    Expect.that(
        !text.contains("\tat ") && !text.contains("Exception in"),
        () -> where + " must be without stack traces: " + what);
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

  /** With {@code --json} standard error holds progress messages too. */
  private static void requireOneReason(Program.Result result, List<String> arguments, String what) {
    boolean json = arguments.contains("--json");
    List<String> reasons =
        result.err().lines().filter(line -> !line.startsWith("See 'onecycle")).toList();
    Expect.that(
        json ? !reasons.isEmpty() : reasons.size() == 1,
        () -> "a failure must have one line of reason but has " + reasons.size() + ": " + what);
    String last = reasons.get(reasons.size() - 1);
    Expect.that(
        last.startsWith("onecycle: ") && (!last.endsWith(" null") || arguments.contains("null")),
        () -> "a failure must have a reason: " + what);
    Expect.that(
        last.length() <= MAX_LINE,
        () -> "a reason must be short but has " + last.length() + " characters: " + what);
  }

  /** With {@code --json} a failure ends in an object that has the error. */
  private static void requireObject(Program.Result result, List<String> arguments, String what) {
    int end = arguments.indexOf("--");
    if (arguments.subList(0, end < 0 ? arguments.size() : end).contains("--json")) {
      String last = result.out().lines().reduce("", (one, other) -> other);
      Expect.that(
          last.startsWith("{") && last.contains("\"error\":{\"kind\":") && last.endsWith("}"),
          () -> "a failure with --json must end in an object with its error: " + what);
    }
  }

  /** A text for a table: without its middle, other characters than ASCII as numbers. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    String brief =
        text.length() <= 2 * SHOWN_CHARACTERS
            ? text
            : text.substring(0, SHOWN_CHARACTERS)
                + " ... "
                + text.substring(text.length() - SHOWN_CHARACTERS);
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
