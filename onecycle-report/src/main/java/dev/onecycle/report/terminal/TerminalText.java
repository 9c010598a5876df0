package dev.onecycle.report.terminal;

import dev.onecycle.text.Texts;
import java.util.Arrays;

/** Measures and cuts texts in the cells of a terminal. */
final class TerminalText {
  private TerminalText() {}

  /** The width of a text in cells: an East Asian letter takes two, a combining mark none. */
  static int columns(String text) {
    return text.codePoints().map(TerminalText::cells).sum();
  }

  private static int cells(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean wide =
        c >= 0x1100 && c <= 0x115F
            || c >= 0x2E80 && c <= 0xA4CF
            || c >= 0xAC00 && c <= 0xD7A3
            || c >= 0xF900 && c <= 0xFAFF
            || c >= 0xFE30 && c <= 0xFE6F
            || c >= 0xFF00 && c <= 0xFF60
            || c >= 0x1F300 && c <= 0x1FAFF
            || c >= 0x20000 && c <= 0x3FFFD;
    return wide ? 2 : 1;
  }

  /** The text without control characters, in ASCII if asked for, cut to a width in cells. */
  static String fitted(String text, int columns, boolean ascii) {
    String clean = Texts.clean(text);
    if (ascii) {
      clean = clean.replaceAll("[^ -~]", "?");
    }
    if (columns(clean) <= columns) {
      return clean;
    }
    String ellipsis = ascii ? "..." : "…";
    int end = clean.length();
    while (end > 0 && columns(clean.substring(0, end)) + ellipsis.length() > columns) {
      end = clean.offsetByCodePoints(end, -1);
    }
    return clean.substring(0, end) + ellipsis;
  }

  /** A line of labels with at least one space between them. */
  static final class LabelRow {
    private final int columns;
    private final StringBuilder text = new StringBuilder();
    private final boolean[] taken;

    LabelRow(int columns) {
      this.columns = columns;
      taken = new boolean[columns];
      text.append(" ".repeat(columns));
    }

    /** Centres a label on a column, as near as the ends of the line allow; false without room. */
    boolean centre(String label, int column) {
      int width = columns(label);
      int start = Math.max(0, Math.min(columns - width, column - width / 2));
      for (int i = Math.max(0, start - 1); i < Math.min(columns, start + width + 1); i++) {
        if (taken[i]) {
          return false;
        }
      }
      if (width > columns) {
        return false;
      }
      int at = text.offsetByCodePoints(0, 0);
      for (int cell = 0;
          cell < start;
          cell += cells(text.codePointAt(at)), at = text.offsetByCodePoints(at, 1)) {}
      text.replace(at, at + width, label);
      Arrays.fill(taken, start, start + width, true);
      return true;
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
