package dev.onecycle.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A smooth line through noisy points that neither lags behind them nor runs ahead.
 *
 * <p>A running median of three takes single spikes out, then a line is fitted around every point
 * with tricube weights (Cleveland 1979, "Robust locally weighted regression", without the robust
 * iterations). The exponential average of the stop rule lags by more than a decade over a hundred
 * steps, so a figure that drew it would show the loss rising where it does not.
 */
final class ZeroLag {
  private static final int LEAST_NEIGHBOURS = 3;

  private ZeroLag() {}

  /**
   * Smooths points of rising x.
   *
   * @param points all finite
   * @param halfWidth how far along x a point has a say, widened where that holds fewer than three
   *     points on either side
   */
  static List<Point> smooth(List<Point> points, double halfWidth) {
    List<Point> calm = withoutSpikes(points);
    List<Point> smooth = new ArrayList<>();
    for (int i = 0; i < calm.size(); i++) {
      double x = calm.get(i).x();
      double left = x - calm.get(Math.max(0, i - LEAST_NEIGHBOURS)).x();
      double right = calm.get(Math.min(calm.size() - 1, i + LEAST_NEIGHBOURS)).x() - x;
      // A little wider than the farthest neighbour, whose weight would otherwise be zero.
      smooth.add(new Point(x, fit(calm, i, Math.max(halfWidth, 1.01 * Math.max(left, right)))));
    }
    return smooth;
  }

  private static List<Point> withoutSpikes(List<Point> points) {
    List<Point> calm = new ArrayList<>(points);
    for (int i = 1; i < points.size() - 1; i++) {
      double[] three = {points.get(i - 1).y(), points.get(i).y(), points.get(i + 1).y()};
      Arrays.sort(three);
      calm.set(i, new Point(points.get(i).x(), three[1]));
    }
    return calm;
  }

  /** The weighted straight line around point {@code i}, read at that point. */
  private static double fit(List<Point> points, int i, double halfWidth) {
    double x = points.get(i).x();
    double w = 0;
    double wx = 0;
    double wy = 0;
    double wxx = 0;
    double wxy = 0;
    for (int j = firstWithin(points, i, halfWidth); j < points.size(); j++) {
      double d = points.get(j).x() - x;
      double y = points.get(j).y();
      if (d > halfWidth) {
        break;
      }
      double weight = Math.pow(1 - Math.pow(Math.abs(d) / halfWidth, 3), 3);
      w += weight;
      wx += weight * d;
      wy += weight * y;
      wxx += weight * d * d;
      wxy += weight * d * y;
    }
    double spread = w * wxx - wx * wx;
    if (w == 0) {
      return points.get(i).y();
    }
    return spread <= 1e-12 * w * w * halfWidth * halfWidth
        ? wy / w
        : (wxx * wy - wx * wxy) / spread;
  }

  private static int firstWithin(List<Point> points, int i, double halfWidth) {
    int first = i;
    while (first > 0 && points.get(i).x() - points.get(first - 1).x() <= halfWidth) {
      first--;
    }
    return first;
  }
}
