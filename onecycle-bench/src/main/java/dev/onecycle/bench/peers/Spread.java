package dev.onecycle.bench.peers;

import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * What the rounds came to.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param lowest of all
 * @param highest of all
 */
record Spread(double median, double lowest, double highest) {
  /** Of at least one value. */
  static Spread of(List<Double> values) {
    Require.atLeast("values", values.size(), 1);
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }

  /**
   * The quotients, round by round, of rates that begin with the same round; rounds that only one of
   * the two has are left out.
   */
  static List<Double> ratios(List<Double> over, List<Double> under) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < Math.min(over.size(), under.size()); round++) {
      ratios.add(over.get(round) / under.get(round));
    }
    return List.copyOf(ratios);
  }
}
