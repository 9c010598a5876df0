package dev.onecycle.cli.console;

import dev.onecycle.text.Numbers;
import java.util.List;

/**
 * The line of a progress bar, never longer than the terminal is wide.
 *
 * <p>The name, the percentage, the count and the time left are whole. The bar takes the room that
 * is left, and parts of the message that do not fit are left out, the last first.
 */
final class BarText {
  private static final int MIN_BAR = 6;
  private static final int MAX_BAR = 24;

  private BarText() {}

  /**
   * The line.
   *
   * @param total −1 or 0 if it is not known
   * @param unit with a space before it
   * @param secondsLeft NaN if they are not known
   * @param message parts with two spaces between them
   * @param width of the terminal
   */
  static String line(
      String task,
      long done,
      long total,
      String unit,
      double secondsLeft,
      String message,
      int width,
      boolean unicode) {
    boolean known = total > 0;
    double share = known ? Math.min(1, Math.max(0, done / (double) total)) : 0;
    String head = known ? task + Numbers.format(" %3.0f %% ", Math.floor(100 * share)) : task + " ";
    String count =
        known
            ? Numbers.format(" %,d/%,d%s", Math.min(done, total), total, unit)
            : Numbers.format(" %,d%s", done, unit);
    String left = Double.isNaN(secondsLeft) ? "" : "  " + time(secondsLeft) + " left";
    int room = width - head.length() - count.length() - left.length();
    List<String> parts = List.of(message.strip().split("  +"));
    int least = known ? MIN_BAR + 2 : 0;
    int used = parts.size();
    String tail = tail(parts, used);
    while (used > 0 && tail.length() + least > room) {
      used--;
      tail = tail(parts, used);
    }
    int size = Math.min(MAX_BAR, room - tail.length() - 2);
    String bar = known && size >= MIN_BAR ? bar(share, size, unicode) : "";
    String line = head + bar + count + left + tail;
    return line.length() <= width ? line : line.substring(0, Math.max(0, width - 1)) + "…";
  }

  private static String tail(List<String> parts, int used) {
    String text = String.join("  ", parts.subList(0, used)).strip();
    return text.isEmpty() ? "" : "  " + text;
  }

  private static String bar(double share, int size, boolean unicode) {
    int full = (int) Math.floor(share * size);
    String done = unicode ? "█" : "=";
    String open = unicode ? "│" : "[";
    String close = unicode ? "│" : "]";
    return open + done.repeat(full) + " ".repeat(size - full) + close;
  }

  /** Minutes and seconds, with hours if there are any: 0:07, 12:30, 1:02:03. */
  static String time(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole < 3600
        ? Numbers.format("%d:%02d", whole / 60, whole % 60)
        : Numbers.format("%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
