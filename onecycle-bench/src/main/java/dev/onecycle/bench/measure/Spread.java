package dev.onecycle.bench.measure;

import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Median, lowest and highest value of a measurement that was repeated.
 *
 * @param median the middle value; of an even number of values, the mean of the two in the middle
 * @param lowest the lowest value
 * @param highest the highest value
 */
public record Spread(double median, double lowest, double highest) {
  /** The spread of at least one value; the order of the values does not matter. */
  public static Spread of(double... values) {
    Require.atLeast("number of values", values.length, 1);
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1]);
  }

  /** The spread of at least one value; the order of the values does not matter. */
  public static Spread of(List<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /**
   * The ratios of two measurements that took turns, round by round. Rounds that only one of the two
   * has are left out.
   */
  public static List<Double> ratios(List<Double> numerators, List<Double> denominators) {
    List<Double> ratios = new ArrayList<>();
    int rounds = Math.min(numerators.size(), denominators.size());
    for (int round = 0; round < rounds; round++) {
      ratios.add(numerators.get(round) / denominators.get(round));
    }
    return List.copyOf(ratios);
  }
}
