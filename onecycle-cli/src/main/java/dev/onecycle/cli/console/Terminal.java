package dev.onecycle.cli.console;

import dev.onecycle.report.terminal.TerminalStyle;

/** How pictures look on this terminal. */
public final class Terminal {
  private Terminal() {}

  public static TerminalStyle style() {
    return TerminalStyle.of(Console.width())
        .withAscii(!Console.unicode())
        .withColour(Console.onTerminal() && System.getenv("NO_COLOR") == null);
  }
}
