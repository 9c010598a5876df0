package dev.onecycle.report.chart;

import java.util.ArrayList;
import java.util.List;

/** The course of noisy values: means over neighbours to both sides, so that nothing lags. */
public final class RunningMean {
  private RunningMean() {}

  /**
   * Means over a window around a point; points that are not finite have no part in any mean, and
   * where one stands there is a gap. At the start, where losses fall fastest, the window is as
   * narrow as keeps the point in its middle; at the end it reaches back only.
   *
   * @param window of how many points, odd
   * @param samples at how many points, evenly spaced; at all where there are no more
   */
  public static List<Point> centred(List<Point> points, int window, int samples) {
    int n = points.size();
    int count = Math.min(n, samples);
    List<Point> means = new ArrayList<>(count);
    for (int k = 0; k < count; k++) {
      int i = count == 1 ? 0 : (int) Math.round((n - 1) * (k / (count - 1.0)));
      int half = Math.min(window / 2, i);
      double mean = mean(points.subList(i - half, Math.min(n, i + half + 1)));
      means.add(new Point(points.get(i).x(), points.get(i).finite() ? mean : Double.NaN));
    }
    return means;
  }

  private static double mean(List<Point> points) {
    return points.stream().filter(Point::finite).mapToDouble(Point::y).average().orElse(Double.NaN);
  }
}
