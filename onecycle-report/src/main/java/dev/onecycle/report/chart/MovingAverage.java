package dev.onecycle.report.chart;

import java.util.ArrayList;
import java.util.List;

/** Centred moving averages, which smooth noisy values without a lag. */
public final class MovingAverage {
  private MovingAverage() {}

  /**
   * Means over a window around each point.
   *
   * <p>Points that are not finite count in no mean, and leave a gap at their own place. Near the
   * start, where losses fall fastest, the window shrinks so that the point stays in its middle;
   * near the end it holds only the points that exist.
   *
   * @param window number of points, odd
   * @param samples number of means, evenly spaced; all points if there are no more
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
