package dev.onecycle.cli.console;

import dev.onecycle.text.Numbers;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/**
 * The progress of one phase: a bar on a terminal, now and then a line elsewhere, nothing with
 * {@code --quiet}.
 */
public final class Bar implements AutoCloseable {
  private static final double SECONDS_BETWEEN_LINES = 10;

  private final Console console;
  private final String task;
  private long total;
  private final @Nullable ProgressBar bar;
  private final long begin = System.nanoTime();
  private long lastLine = begin;
  private volatile long first = -1;

  /** Of the whole, where the one who draws the bar knows it. */
  private volatile double secondsLeft = Double.NaN;

  /**
   * Starts a phase.
   *
   * @param total units to be done; −1 where unknown
   * @param unit what they are, such as " images"
   */
  public Bar(Console console, String task, long total, String unit) {
    this.console = console;
    this.task = task;
    this.total = total;
    bar = !console.quiet() && Console.onTerminal() ? drawn(task, total, unit) : null;
  }

  private ProgressBar drawn(String task, long total, String unit) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(total)
        .setUpdateIntervalMillis(200)
        .setMaxRenderedLength(Console.width() - 1)
        .setRenderer((state, width) -> text(state, unit))
        .continuousUpdate()
        .clearDisplayOnFinish()
        .setConsumer(new ClearedLine(new PrintStream(System.err, true), Console.width() - 1))
        .build();
  }

  /** A line of which nothing is left: the library would end it with a line break. */
  private static final class ClearedLine extends ConsoleProgressBarConsumer {
    private final PrintStream out;

    private ClearedLine(PrintStream out, int width) {
      super(out, width);
      this.out = out;
    }

    @Override
    public void close() {
      out.flush();
    }
  }

  private String text(ProgressState state, String unit) {
    long done = state.getCurrent();
    long total = state.isIndefinite() ? -1 : state.getMax();
    double seconds = state.getElapsedAfterStart().toNanos() / 1e9;
    int width = Console.width() - 1;
    String line =
        BarText.line(
            state.getTaskName(),
            done,
            total,
            unit,
            left(done, total, seconds),
            state.getExtraMessage(),
            width,
            Console.unicode());
    return line + " ".repeat(width - line.length()); // over the end of a longer line before it
  }

  /** The seconds left of the whole, or else of this phase; NaN where they are not known. */
  private double left(long done, long total, double seconds) {
    if (!Double.isNaN(secondsLeft)) {
      return secondsLeft;
    }
    return first >= 0 && done > first && total > 0
        ? seconds / (done - first) * Math.max(0, total - done)
        : Double.NaN;
  }

  /**
   * So many units of this phase are done, and so many seconds of the whole run are left.
   *
   * @param left NaN where they are not known
   */
  public void at(long done, long newTotal, String message, double left) {
    secondsLeft = left;
    at(done, newTotal, message);
  }

  /** So many units are done, of a total that has become another one. */
  public void at(long done, long newTotal, String message) {
    total = newTotal;
    if (bar != null) {
      bar.maxHint(newTotal);
    }
    at(done, message);
  }

  /** So many units are done; the message says how it goes. */
  public void at(long done, String message) {
    first = first < 0 ? done : first; // what was done before the bar was drawn took no time here
    if (bar != null) {
      bar.stepTo(done);
      bar.setExtraMessage(message);
      return;
    }
    long now = System.nanoTime();
    if ((now - lastLine) / 1e9 >= SECONDS_BETWEEN_LINES) {
      lastLine = now;
      double seconds = (now - begin) / 1e9;
      double left = left(done, total, seconds);
      String share = total > 0 ? Numbers.format(" of %,d", total) : "";
      String rest = Double.isNaN(left) ? "" : ", " + BarText.time(left) + " left";
      String how = message.isBlank() ? "" : "  " + message;
      console.progress(Numbers.format("%s: %,d%s%s%s", task, done, share, how, rest));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
