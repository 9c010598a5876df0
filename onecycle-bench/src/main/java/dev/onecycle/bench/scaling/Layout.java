package dev.onecycle.bench.scaling;

import dev.onecycle.error.Require;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of ranks, each of so many threads.
 *
 * @param ranks processes
 * @param threads of each
 * @param synced whether batch norms see the whole batch
 */
record Layout(int ranks, int threads, boolean synced) {
  private static final Pattern TEXT = Pattern.compile("([0-9]{1,3})x([0-9]{1,3})(s?)");

  /** Reads {@code 2x1}: two ranks of one thread; {@code 2x1s}: with synchronized batch norms. */
  static Layout parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    boolean sound = matcher.matches();
    Layout layout =
        sound
            ? new Layout(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                !matcher.group(3).isEmpty())
            : new Layout(0, 0, false);
    return Require.that(
        layout.ranks > 0 && layout.threads > 0,
        "layout",
        "RANKSxTHREADS, such as 2x1, or 2x1s,",
        text,
        layout);
  }

  @Override
  public String toString() {
    return ranks + "x" + threads + (synced ? "s" : "");
  }
}
