package dev.onecycle.text;

/** Texts from anywhere, made fit to be shown. */
public final class Texts {
  private Texts() {}

  /**
   * The text with everything replaced that is no visible character: class names come from folders,
   * and a folder may be called by a terminal's escape sequence or by half a surrogate pair.
   */
  public static String clean(String text) {
    StringBuilder clean = new StringBuilder();
    text.codePoints().forEach(c -> clean.appendCodePoint(visible(c) ? c : 0xFFFD));
    return clean.toString();
  }

  /** Whether a character shows and does nothing else. */
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
}
