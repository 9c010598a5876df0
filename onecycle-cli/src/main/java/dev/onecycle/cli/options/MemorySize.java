package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;

/** An amount of memory as people give it: 2G, 1.5GiB, 800M. */
final class MemorySize implements ITypeConverter<Long> {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)([kmgt])(?:i?b)?", Pattern.CASE_INSENSITIVE);

  @Override
  public Long convert(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw Require.invalid("--memory", "an amount such as 2G or 800M", text);
    }
    int power = 1 + "kmgt".indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
    double bytes = Double.parseDouble(matcher.group(1)) * Math.pow(1024, power);
    return Require.that(bytes >= 1 << 20, "--memory", "at least 1M", text, (long) bytes);
  }
}
