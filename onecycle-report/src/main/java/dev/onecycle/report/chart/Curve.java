package dev.onecycle.report.chart;

import dev.onecycle.math.Interpolation;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A named line through points, in the given order.
 *
 * @param name shown in a legend
 * @param points may be empty; points that are not finite are gaps
 */
public record Curve(String name, List<Point> points) {
  public Curve {
    points = List.copyOf(points);
  }

  /** A curve without points. */
  public static Curve empty(String name) {
    return new Curve(name, List.of());
  }

  /** Whether no point can be drawn. */
  public boolean empty() {
    return points.stream().noneMatch(Point::finite);
  }

  /**
   * The value at a place: of the point there, or on the drawn line between its neighbours.
   *
   * @param logX whether the line is drawn over a logarithmic axis
   * @return empty outside of the curve and inside of a gap
   */
  public OptionalDouble valueAt(double x, boolean logX) {
    int after = firstFrom(x);
    if (after == points.size()) {
      return OptionalDouble.empty();
    }
    Point right = points.get(after);
    if (right.x() == x) {
      return OptionalDouble.of(right.y());
    }
    if (after == 0) {
      return OptionalDouble.empty();
    }
    Point left = points.get(after - 1);
    double share =
        logX
            ? Math.log(x / left.x()) / Math.log(right.x() / left.x())
            : (x - left.x()) / (right.x() - left.x());
    double value = Interpolation.linear(left.y(), right.y(), share);
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  /** The index of the first point at or after a place. */
  private int firstFrom(double x) {
    int low = 0;
    int high = points.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (points.get(middle).x() < x) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
