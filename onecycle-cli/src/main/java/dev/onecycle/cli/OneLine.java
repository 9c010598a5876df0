package dev.onecycle.cli;

import dev.onecycle.report.Texts;
import org.jspecify.annotations.Nullable;

/**
 * Texts as lines for people. Names of files, classes and settings are others' choice: none may
 * break a line, move a terminal's cursor or fill its screen.
 */
final class OneLine {
  private static final int LONGEST = 2000;

  private OneLine() {}

  /** The text in one line, whatever its length. */
  static String of(String text) {
    return Texts.clean(text.replaceAll("\\s*\\R\\s*|\t", " "));
  }

  /** A reason in one line, without its middle where it is very long. */
  static String brief(@Nullable String text) {
    String whole = String.valueOf(text);
    return of(
        whole.length() <= LONGEST
            ? whole
            : whole.substring(0, LONGEST / 2)
                + " … "
                + whole.substring(whole.length() - LONGEST / 2));
  }
}
