package dev.onecycle.report.compare;

import dev.onecycle.text.Numbers;

/**
 * The mean and standard deviation of a sample.
 *
 * @param n number of values
 * @param mean of all values
 * @param deviation standard deviation with n − 1 in the denominator; NaN for one value
 */
public record MeanAndDeviation(int n, double mean, double deviation) {
  /** Computes both; NaN if a value is NaN. */
  public static MeanAndDeviation of(double... values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double mean = sum / values.length;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    return new MeanAndDeviation(values.length, mean, deviation);
  }

  /** The text "60.00 ± 10.00". */
  public String text(int decimals) {
    return Numbers.format("%." + decimals + "f ± %." + decimals + "f", mean, deviation);
  }
}
