package dev.onecycle.report.terminal;

import dev.onecycle.error.Require;

/**
 * How a picture is drawn on a terminal.
 *
 * @param width characters a line may have, at least 20
 * @param height lines of the whole picture, titles and axes included, at least 10
 * @param ascii whether to keep to ASCII, for terminals and logs without Unicode
 * @param colour whether to colour curves by ANSI escape sequences
 */
public record TerminalStyle(int width, int height, boolean ascii, boolean colour) {
  private static final int USUAL_HEIGHT = 20;

  public TerminalStyle {
    Require.atLeast("width", width, 20);
    Require.atLeast("height", height, 10);
  }

  /** Unicode without colours, 20 lines high. */
  public static TerminalStyle of(int width) {
    return new TerminalStyle(width, USUAL_HEIGHT, false, false);
  }

  public TerminalStyle withHeight(int newHeight) {
    return new TerminalStyle(width, newHeight, ascii, colour);
  }

  public TerminalStyle withAscii(boolean newAscii) {
    return new TerminalStyle(width, height, newAscii, colour);
  }

  public TerminalStyle withColour(boolean newColour) {
    return new TerminalStyle(width, height, ascii, newColour);
  }
}
