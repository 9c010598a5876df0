package dev.onecycle.report.terminal;

import dev.onecycle.math.Interpolation;
import dev.onecycle.report.chart.Point;
import java.util.ArrayList;
import java.util.List;

/** Clips lines to the visible range. */
final class LineClipper {
  private LineClipper() {}

  /**
   * The parts of a line with y in [low, high]. The line is broken at points that are not finite and
   * cut exactly where it crosses a bound.
   */
  static List<List<Point>> clip(List<Point> points, double low, double high) {
    List<List<Point>> parts = new ArrayList<>();
    List<Point> part = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      boolean joined = i > 0 && points.get(i - 1).finite() && point.finite();
      if (joined) {
        Point before = points.get(i - 1);
        if (inside(before, low, high) != inside(point, low, high)) {
          part.add(crossing(before, point, inside(before, low, high) ? point : before, low, high));
        } else if (!inside(point, low, high) && (before.y() < low) != (point.y() < low)) {
          double enters = before.y() < low ? low : high;
          double leaves = before.y() < low ? high : low;
          parts.add(List.of(at(before, point, enters), at(before, point, leaves)));
        }
      }
      if (inside(point, low, high)) {
        part.add(point);
      }
      boolean ends =
          i == points.size() - 1 || !inside(point, low, high) || !points.get(i + 1).finite();
      if (ends && !part.isEmpty()) {
        parts.add(part);
        part = new ArrayList<>();
      }
    }
    return parts;
  }

  private static boolean inside(Point point, double low, double high) {
    return point.finite() && point.y() >= low && point.y() <= high;
  }

  private static Point crossing(Point from, Point to, Point outside, double low, double high) {
    return at(from, to, outside.y() > high ? high : low);
  }

  private static Point at(Point from, Point to, double y) {
    // Halved, so that the difference of two huge values of opposite sign stays finite.
    double share = (y / 2 - from.y() / 2) / (to.y() / 2 - from.y() / 2);
    return new Point(Interpolation.linear(from.x(), to.x(), share), y);
  }
}
