package dev.onecycle.text;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts of memory, as people write and read them. */
public final class Bytes {
  private static final double MEBI = 1 << 20;
  private static final double GIBI = 1 << 30;
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)([kmgt])(?:i?b)?", Pattern.CASE_INSENSITIVE);

  private Bytes() {}

  /** "512 MiB", "2.3 GiB". */
  public static String text(long bytes) {
    return bytes < GIBI
        ? Numbers.format("%.0f MiB", bytes / MEBI)
        : Numbers.format("%.1f GiB", bytes / GIBI);
  }

  /** The bytes of "2G", "1.5GiB" or "800M"; a K is 1024. Empty where a text is no such amount. */
  public static OptionalLong parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    int power = 1 + "kmgt".indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
    return OptionalLong.of((long) (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power)));
  }
}
