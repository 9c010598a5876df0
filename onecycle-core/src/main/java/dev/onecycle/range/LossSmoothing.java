package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.Arrays;

/**
 * Smooth losses of a range test: local linear regression over the logarithm of the rate with
 * tricube weights, after a running median.
 *
 * <p>Around every point a straight line is fitted to its neighbours, which count the less the
 * farther they are (W. S. Cleveland 1979, "Robust Locally Weighted Regression and Smoothing
 * Scatterplots", JASA 74). The result has no lag, unlike the average of the stop rule, which lags
 * by more than a decade; and it keeps its shape at both ends. Two deviations from the source:
 * robustness comes from a running median of three beforehand, which removes single spikes and,
 * unlike reweighting, keeps a jump where it is; and a fitted value never leaves the range of the
 * points it was fitted to, since a line through a jump would overshoot on either side of it.
 */
public final class LossSmoothing {
  /** A fifth of a decade to either side, in natural logarithms: the narrowest of the readings. */
  static final double HALF_WIDTH = 0.2 * Math.log(10);

  /** The fewest points that a smoothing of {@link #HALF_WIDTH} reaches. */
  static final int NEAREST = 6;

  private final double[] values;
  private final double[] slopes;
  private final double[] noiseKept;

  private LossSmoothing(int n) {
    values = new double[n];
    slopes = new double[n];
    noiseKept = new double[n];
  }

  /**
   * The smooth loss at every rate, for a figure: a fifth of a decade to either side, as narrow as
   * the narrowest smoothing of the readings.
   *
   * @param rates positive, none below the one before it
   * @param losses finite, as many
   */
  public static double[] smooth(double[] rates, double[] losses) {
    if (rates.length != losses.length) {
      String constraint = "the number of rates, " + rates.length;
      throw Require.invalid("number of losses", constraint, losses.length);
    }
    double[] logs = Arrays.stream(rates).map(Math::log).toArray();
    return of(logs, losses, HALF_WIDTH, NEAREST).values;
  }

  /**
   * Smooths the y of every x.
   *
   * @param x rising
   * @param halfWidth the distance in x within which points are neighbours
   * @param nearest the number of points, itself included, that a point reaches where they are
   *     sparse; the farthest has no weight
   */
  static LossSmoothing of(double[] x, double[] y, double halfWidth, int nearest) {
    double[] calm = runningMedian(y, 3);
    int n = x.length;
    LossSmoothing result = new LossSmoothing(n);
    for (int i = 0; i < n; i++) {
      result.fit(i, x, calm, reach(x, i, halfWidth, Math.min(nearest, n)));
    }
    return result;
  }

  /**
   * The distance at which weights vanish: the half-width, or the distance of the farthest of the
   * nearest points.
   */
  private static double reach(double[] x, int i, double halfWidth, int nearest) {
    int low = i;
    int high = i;
    while (high - low + 1 < nearest) {
      boolean left = high == x.length - 1 || (low > 0 && x[i] - x[low - 1] <= x[high + 1] - x[i]);
      if (left) {
        low--;
      } else {
        high++;
      }
    }
    double farthest = Math.max(x[i] - x[low], x[high] - x[i]);
    return Math.max(halfWidth, farthest * (1 + 1e-9));
  }

  private void fit(int at, double[] x, double[] y, double reach) {
    int from = at;
    while (from > 0 && x[at] - x[from - 1] < reach) {
      from--;
    }
    int to = at + 1;
    while (to < x.length && x[to] - x[at] < reach) {
      to++;
    }
    double[] weights = new double[to - from];
    double sum = 0;
    double mean = 0;
    for (int j = from; j < to; j++) {
      double w = tricube((x[j] - x[at]) / reach);
      weights[j - from] = w;
      sum += w;
      mean += w * (x[j] - x[at]);
    }
    mean /= sum;
    double variance = 0;
    for (int j = from; j < to; j++) {
      double d = x[j] - x[at] - mean;
      variance += weights[j - from] * d * d;
    }
    double value = 0;
    double slope = 0;
    double squares = 0;
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    for (int j = from; j < to; j++) {
      double w = weights[j - from];
      // Points at one place have a mean and no slope.
      double tilt = variance > 0 ? w * (x[j] - x[at] - mean) / variance : 0;
      double share = w / sum - mean * tilt;
      value += share * y[j];
      slope += tilt * y[j];
      squares += share * share;
      lowest = Math.min(lowest, y[j]);
      highest = Math.max(highest, y[j]);
    }
    values[at] = Math.max(lowest, Math.min(highest, value));
    slopes[at] = slope;
    noiseKept[at] = Math.sqrt(squares);
  }

  private static double tricube(double u) {
    double cube = 1 - Math.abs(u * u * u);
    return cube * cube * cube;
  }

  /** The smoothed y of every x. */
  double[] values() {
    return values;
  }

  /** dy/dx of every local line. */
  double[] slopes() {
    return slopes;
  }

  /** The share of the standard deviation of a single y that is left in each smoothed value. */
  double[] noiseKept() {
    return noiseKept;
  }

  /** The median of each point and its neighbours; towards either end of fewer neighbours. */
  static double[] runningMedian(double[] y, int width) {
    double[] medians = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int half = Math.min(width / 2, Math.min(i, y.length - 1 - i));
      medians[i] = median(Arrays.copyOfRange(y, i - half, i + half + 1));
    }
    return medians;
  }

  /** The median of at least one value. The array is left unsorted. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
