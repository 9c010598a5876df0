package dev.onecycle.report.compare;

import dev.onecycle.text.Numbers;

/**
 * How values lie around their mean.
 *
 * @param n how many they are
 * @param mean of all
 * @param deviation sample standard deviation, with n − 1 below the sum of squares; NaN for one
 *     value
 */
public record MeanAndDeviation(int n, double mean, double deviation) {
  /** That of some values; NaN where one is. */
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

  /** "60.00 ± 10.00". */
  public String text(int decimals) {
    return Numbers.format("%." + decimals + "f ± %." + decimals + "f", mean, deviation);
  }
}
