package dev.onecycle.cli;

import dev.onecycle.report.TerminalStyle;

/** How pictures look on this terminal. */
final class Terminal {
  private Terminal() {}

  static TerminalStyle style() {
    return TerminalStyle.of(Console.width())
        .withAscii(!Console.unicode())
        .withColour(Console.onTerminal() && System.getenv("NO_COLOR") == null);
  }
}
