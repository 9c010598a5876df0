package dev.onecycle.cli.console;

import dev.onecycle.torch.distributed.ProcessGroup;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.Charset;
import java.util.Map;

/**
 * Where a command speaks: its answer on standard output, its progress on standard error.
 *
 * <p>With {@code --json} standard output holds one JSON object and nothing else; text for people
 * then goes to standard error.
 */
public final class Console {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean quiet;
  private final boolean json;

  public Console(PrintWriter out, PrintWriter err, boolean quiet, boolean json) {
    this.out = out;
    this.err = err;
    this.quiet = quiet;
    this.json = json;
  }

  /** The console of a rank: rank 0 alone speaks. */
  public Console of(ProcessGroup ranks) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return ranks.isFirst() ? this : new Console(nowhere, nowhere, true, false);
  }

  /** Says something on the way; silent with {@code --quiet}. */
  public void say(String line) {
    if (!quiet) {
      answer(line);
    }
  }

  /** Says what was asked for. */
  public void answer(String line) {
    print(OneLine.of(line));
  }

  /** Shows a picture of several lines, which may have colours; silent with {@code --quiet}. */
  public void picture(String lines) {
    if (!quiet) {
      print(lines);
    }
  }

  private void print(String text) {
    PrintWriter to = json ? err : out;
    to.println(text);
    to.flush();
  }

  /** With {@code --json}, ends the output with the result as one object on the last line. */
  public void result(Map<String, Object> values) {
    if (json) {
      out.println(JsonLine.of(values));
      out.flush();
    }
  }

  /**
   * As {@link #result(Map)}, of a command that did not reach all that was asked for: the object has
   * the reason as {@code error}.
   */
  public void result(Map<String, Object> values, String message, int exitCode) {
    if (json) {
      result(JsonError.with(values, message, exitCode));
    }
  }

  /** Says what could not be done, as the line of a failure; also with {@code --quiet}. */
  public void complain(String line) {
    err.println("onecycle: " + OneLine.brief(line));
    err.flush();
  }

  /** Whether the result is one object of JSON. */
  public boolean json() {
    return json;
  }

  /** A line of progress, for those who watch. */
  public void progress(String line) {
    if (!quiet) {
      err.println(OneLine.of(line));
      err.flush();
    }
  }

  boolean quiet() {
    return quiet;
  }

  /** Whether progress goes to a terminal, where a bar can be redrawn; the launcher tells. */
  static boolean onTerminal() {
    return Boolean.getBoolean("onecycle.terminal");
  }

  /** Columns of the terminal, 80 where unknown. */
  static int width() {
    return Math.max(40, Math.min(160, Integer.getInteger("onecycle.columns", 80)));
  }

  /** Whether the terminal's encoding has more than ASCII. */
  static boolean unicode() {
    return Charset.defaultCharset().newEncoder().canEncode('⣿')
        && !"dumb".equals(System.getenv("TERM"));
  }
}
