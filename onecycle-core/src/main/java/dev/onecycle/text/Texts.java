package dev.onecycle.text;

import java.util.Locale;

/** Texts of unknown origin, made safe to print. */
public final class Texts {
  private Texts() {}

  /**
   * Replaces every invisible character by U+FFFD. Class names are names of folders, which may
   * contain escape sequences of a terminal or half of a surrogate pair.
   */
  public static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().forEach(c -> clean.appendCodePoint(visible(c) ? c : 0xFFFD));
    return clean.toString();
  }

  /** Whether a code point is a visible character without an effect on a terminal. */
  public static boolean visible(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The text with its first letter in upper case. */
  public static String capitalized(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
