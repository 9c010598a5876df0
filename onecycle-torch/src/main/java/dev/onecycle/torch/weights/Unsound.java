package dev.onecycle.torch.weights;

import dev.onecycle.text.Texts;

/** The reason why a part of a file is refused; the reader adds the name of the file. */
final class Unsound extends Exception {
  private static final long serialVersionUID = 1;

  private static final int MAX_REASON = 1000;

  /**
   * @param reason may quote the file: it is made safe to print, and cut
   */
  Unsound(String reason) {
    super(
        Texts.clean(
            reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…"));
  }

  /** Whether the name of an array can stand in messages and tables. */
  static boolean isName(String text) {
    return text.length() <= MAX_REASON && Texts.clean(text).equals(text);
  }

  static void require(boolean holds, String otherwise) throws Unsound {
    if (!holds) {
      throw new Unsound(otherwise);
    }
  }
}
