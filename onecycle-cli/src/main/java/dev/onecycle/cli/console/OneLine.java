package dev.onecycle.cli.console;

import dev.onecycle.text.Texts;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts as lines for people. Names of files, classes and settings are others' choice: none may
 * break a line, move a terminal's cursor or fill its screen.
 */
public final class OneLine {
  private static final int LONGEST = 2000;

  /** One kind of character, so that it is found in one pass. */
  private static final Pattern BREAKS = Pattern.compile("[\\t\\n\\x0B\\f\\r\\x85\\u2028\\u2029]+");

  private OneLine() {}

  /** The text in one line, whatever its length. */
  static String of(String text) {
    return Texts.clean(BREAKS.matcher(text).replaceAll(" "));
  }

  /** A reason in one line, without its middle where it is very long. */
  public static String brief(@Nullable String text) {
    String whole = String.valueOf(text);
    return of(
        whole.length() <= LONGEST
            ? whole
            : whole.substring(0, LONGEST / 2)
                + " … "
                + whole.substring(whole.length() - LONGEST / 2));
  }
}
