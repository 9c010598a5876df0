package dev.onecycle.report;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Numbers as text, without a locale: always a decimal point and the digits 0 to 9, whatever the
 * language of the machine.
 */
final class Numbers {
  private Numbers() {}

  /** Three significant digits, for people: 0.316, 12.6, 100, 1.26e-5. */
  static String brief(double value) {
    return value == 0 || !Double.isFinite(value)
        ? special(value)
        : plain(new BigDecimal(value).round(new MathContext(3)));
  }

  /** The multiple of {@code step} nearest to a value, with no more decimals than the step has. */
  static String tick(double value, double step) {
    if (value == 0 || !Double.isFinite(value)) {
      return special(value);
    }
    int decimals = (int) -Math.floor(Math.log10(step));
    return plain(new BigDecimal(value).setScale(decimals, java.math.RoundingMode.HALF_EVEN));
  }

  /** A coordinate to a hundredth, without trailing zeros. */
  static String coordinate(double value) {
    long hundredths = Math.round(value * 100);
    BigDecimal rounded = BigDecimal.valueOf(hundredths, 2).stripTrailingZeros();
    return hundredths == 0 ? "0" : rounded.toPlainString();
  }

  private static String special(double value) {
    return value == 0 ? "0" : Double.toString(value);
  }

  private static String plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    int exponent = stripped.precision() - stripped.scale() - 1;
    if (stripped.signum() == 0) {
      return "0";
    }
    if (exponent >= -4 && exponent < 7) {
      return stripped.toPlainString();
    }
    return stripped.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
  }
}
