package dev.onecycle.report.terminal;

import dev.onecycle.math.Interpolation;
import dev.onecycle.report.chart.Point;
import java.util.List;

/** A grid of characters with dots: eight dots to a braille character, one to an ASCII character. */
final class DotGrid {
  private static final int BRAILLE = 0x2800;

  /** The bit of every dot of a braille character, by row and column (Unicode, chapter 21). */
  private static final int[][] BITS = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

  private static final String ASCII_DOTS = "*+ox#@";
  private static final int[] ANSI_COLOURS = {36, 33, 35, 32, 31, 34};

  /** Dots drawn and dots left out, in turn; tells curves apart without colours. */
  private static final int[][] PATTERNS = {{1, 0}, {3, 2}, {1, 2}, {6, 3}, {1, 4}, {9, 5}};

  private final int columns;
  private final int rows;
  private final TerminalStyle style;
  private final int[][] bits;
  private final int[][] owners;
  private final boolean[] marked;

  DotGrid(int columns, int rows, TerminalStyle style) {
    this.columns = columns;
    this.rows = rows;
    this.style = style;
    bits = new int[rows][columns];
    owners = new int[rows][columns];
    marked = new boolean[columns];
  }

  int dotsAcross() {
    return style.ascii() ? columns : 2 * columns;
  }

  int dotsDown() {
    return style.ascii() ? rows : 4 * rows;
  }

  /** Draws a line through points in dots from the top left, clipped to the grid. */
  void line(List<Point> points, int curve) {
    int drawn = 0;
    for (List<Point> part : LineClipper.clip(points, -0.5, dotsDown() - 0.5)) {
      for (int i = 0; i < part.size(); i++) {
        Point from = part.get(Math.max(0, i - 1));
        Point to = part.get(i);
        double length = Math.max(Math.abs(to.x() - from.x()), Math.abs(to.y() - from.y()));
        int steps = (int) Math.ceil(length);
        for (int s = i == 0 ? 0 : 1; s <= steps; s++) {
          double share = steps == 0 ? 0 : s / (double) steps;
          if (style.ascii() || inPattern(curve, drawn++)) {
            dot(
                Interpolation.linear(from.x(), to.x(), share),
                Interpolation.linear(from.y(), to.y(), share),
                curve);
          }
        }
      }
    }
  }

  private void dot(double x, double y, int curve) {
    int across = (int) Math.max(0, Math.min(dotsAcross() - 1, Math.round(x)));
    int down = (int) Math.max(0, Math.min(dotsDown() - 1, Math.round(y)));
    int column = style.ascii() ? across : across / 2;
    int row = style.ascii() ? down : down / 4;
    bits[row][column] |= style.ascii() ? 1 : BITS[down % 4][across % 2];
    owners[row][column] = curve;
  }

  /** Draws a vertical line behind the curves. */
  void marker(int column) {
    marked[column] = true;
  }

  /** One row of the grid as text, {@code columns} characters wide without colour codes. */
  String row(int row) {
    StringBuilder text = new StringBuilder();
    int last = -1;
    for (int column = 0; column < columns; column++) {
      int owner = bits[row][column] == 0 ? -1 : owners[row][column];
      if (owner != last) {
        text.append(escape(last, owner));
        last = owner;
      }
      text.append(owner < 0 ? background(column) : cell(bits[row][column], owner));
    }
    return text.append(escape(last, -1)).toString();
  }

  private char background(int column) {
    char mark = style.ascii() ? ':' : '┊';
    return marked[column] ? mark : ' ';
  }

  /** A sample of a curve for the legend, three characters wide. */
  String sample(int curve) {
    int bitsAcross = 0;
    StringBuilder text = new StringBuilder();
    for (int column = 0; column < 3; column++) {
      int cell = 0;
      for (int i = 0; i < 2; i++) {
        cell |= inPattern(curve, bitsAcross++) ? BITS[1][i] : 0;
      }
      text.append(cell(style.ascii() ? 1 : cell, curve));
    }
    return escape(-1, curve) + text + escape(curve, -1);
  }

  private char cell(int dots, int curve) {
    return style.ascii() ? ASCII_DOTS.charAt(curve % ASCII_DOTS.length()) : (char) (BRAILLE + dots);
  }

  /** The escape sequence between the colours of two curves; −1 stands for no curve. */
  private String escape(int from, int to) {
    if (!style.colour() || from == to) {
      return "";
    }
    int colour = to < 0 ? 0 : ANSI_COLOURS[to % ANSI_COLOURS.length];
    return "\u001b[" + colour + "m";
  }

  private static boolean inPattern(int curve, int dot) {
    int[] pattern = PATTERNS[curve % PATTERNS.length];
    return dot % (pattern[0] + pattern[1]) < pattern[0];
  }
}
