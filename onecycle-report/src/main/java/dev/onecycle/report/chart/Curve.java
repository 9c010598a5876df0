package dev.onecycle.report.chart;

import java.util.List;

/**
 * A named line through points, in the order given.
 *
 * @param name what a legend calls it
 * @param points may be empty, and may hold NaN and infinities, which are left out
 */
public record Curve(String name, List<Point> points) {
  public Curve {
    points = List.copyOf(points);
  }

  public boolean empty() {
    return points.stream().noneMatch(Point::finite);
  }
}
