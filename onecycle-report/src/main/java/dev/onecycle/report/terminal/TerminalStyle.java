package dev.onecycle.report.terminal;

import dev.onecycle.error.Require;

/**
 * The size and character set of a drawing in a terminal.
 *
 * @param width maximum characters of a line, at least 20
 * @param height lines of the drawing with titles and axes, at least 10
 * @param ascii whether to use ASCII alone, for terminals and logs without Unicode
 * @param colour whether to colour curves with ANSI escape sequences
 */
public record TerminalStyle(int width, int height, boolean ascii, boolean colour) {
  private static final int DEFAULT_HEIGHT = 20;

  public TerminalStyle {
    Require.atLeast("width", width, 20);
    Require.atLeast("height", height, 10);
  }

  /** Unicode without colours, 20 lines high. */
  public static TerminalStyle of(int width) {
    return new TerminalStyle(width, DEFAULT_HEIGHT, false, false);
  }

  /** This style with another height. */
  public TerminalStyle withHeight(int newHeight) {
    return new TerminalStyle(width, newHeight, ascii, colour);
  }

  /** This style with or without Unicode. */
  public TerminalStyle withAscii(boolean newAscii) {
    return new TerminalStyle(width, height, newAscii, colour);
  }

  /** This style with or without colours. */
  public TerminalStyle withColour(boolean newColour) {
    return new TerminalStyle(width, height, ascii, newColour);
  }
}
