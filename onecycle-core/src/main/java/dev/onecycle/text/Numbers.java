package dev.onecycle.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Numbers as people write them: 0.0008, 100, 1e-6, never 8.0E-4, and never with a decimal comma.
 */
public final class Numbers {
  private Numbers() {}

  /** Every digit that distinguishes the number from its neighbours. */
  public static String exact(double value) {
    return Double.isFinite(value) ? plain(new BigDecimal(Double.toString(value))) : "" + value;
  }

  /** Four significant digits, for sentences and tables. */
  public static String brief(double value) {
    return rounded(value, 4);
  }

  /** Some significant digits, at least one; zeros at the end are left out. */
  public static String rounded(double value, int digits) {
    return Double.isFinite(value)
        ? plain(new BigDecimal(value).round(new MathContext(digits)))
        : "" + value;
  }

  /** As {@link #exact}, but below a tenth with a power of ten, as weight decays are written. */
  public static String power(double value) {
    if (value == 0 || Math.abs(value) >= 0.1 || !Double.isFinite(value)) {
      return exact(value);
    }
    BigDecimal stripped = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = stripped.precision() - stripped.scale() - 1;
    return stripped.movePointLeft(exponent).stripTrailingZeros().toPlainString() + "e" + exponent;
  }

  /** A duration: "47 s", and from two minutes on "12 minutes". */
  public static String duration(double seconds) {
    return seconds < 119.5 ? format("%.0f s", seconds) : format("%.0f minutes", seconds / 60);
  }

  /** {@link String#format} in no locale: the same digits, points and commas everywhere. */
  public static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /**
   * The number that a text is, as {@link Double#parseDouble} reads it: NaN and infinities too.
   * White space around it is left out. Empty where the text is no number.
   */
  public static OptionalDouble parse(String text) {
    try {
      return OptionalDouble.of(Double.parseDouble(text.strip()));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  private static String plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    int exponent = stripped.precision() - stripped.scale() - 1;
    if (value.signum() == 0 || (exponent >= -4 && exponent < 9)) {
      return stripped.toPlainString();
    }
    String digits = stripped.unscaledValue().toString();
    int head = digits.startsWith("-") ? 2 : 1;
    String fraction = digits.length() > head ? "." + digits.substring(head) : "";
    return digits.substring(0, head) + fraction + "e" + exponent;
  }
}
