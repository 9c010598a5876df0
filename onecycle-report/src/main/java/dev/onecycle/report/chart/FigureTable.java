package dev.onecycle.report.chart;

import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The values behind a figure, for those who read rather than look.
 *
 * <p>A row stands at each point of the curve that has the fewest, at least two; the others are read
 * there along the lines between their own points. Of more than 100 rows, evenly chosen ones.
 *
 * @param headings the horizontal axis, then the curves
 * @param rows as many cells each; a cell is empty where a curve has no value
 * @param whole whether no row was left out
 */
public record FigureTable(List<String> headings, List<List<String>> rows, boolean whole) {
  private static final int MOST_ROWS = 100;

  public FigureTable {
    headings = List.copyOf(headings);
    rows = List.copyOf(rows);
  }

  static FigureTable of(Plot plot) {
    List<Curve> curves = curves(plot);
    List<Double> xs = xs(curves);
    List<String> headings = new ArrayList<>(List.of(plot.xTitle()));
    curves.forEach(curve -> headings.add(curve.name()));
    List<List<String>> rows = new ArrayList<>();
    int count = Math.min(xs.size(), MOST_ROWS);
    for (int k = 0; k < count; k++) {
      double x = xs.get(count == 1 ? 0 : (int) Math.round((xs.size() - 1) * (k / (count - 1.0))));
      List<String> row = new ArrayList<>(List.of(whole(x)));
      curves.forEach(curve -> row.add(text(valueAt(curve.points(), x))));
      rows.add(List.copyOf(row));
    }
    return new FigureTable(headings, rows, count == xs.size());
  }

  private static String whole(double x) {
    return x == Math.rint(x) ? Numbers.exact(x) : Numbers.brief(x);
  }

  private static String text(OptionalDouble value) {
    return value.isPresent() ? Numbers.brief(value.getAsDouble()) : "";
  }

  /** Named curves once each: a curve may be drawn twice, as a line and as dots. */
  private static List<Curve> curves(Plot plot) {
    Set<Curve> curves = new LinkedHashSet<>();
    for (Panel panel : plot.panels()) {
      for (Trace trace : panel.traces()) {
        if (trace.inLegend() && !trace.curve().points().isEmpty()) {
          curves.add(trace.curve());
        }
      }
    }
    return List.copyOf(curves);
  }

  private static List<Double> xs(List<Curve> curves) {
    return curves.stream()
        .min(
            Comparator.comparing((Curve c) -> c.points().size() < 2)
                .thenComparing(c -> c.points().size()))
        .map(curve -> curve.points().stream().map(Point::x).toList())
        .orElse(List.of());
  }

  /** The value on the line between the points around it; that of the point where it is one. */
  static OptionalDouble valueAt(List<Point> points, double x) {
    int after = firstFrom(points, x);
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
    double share = (x - left.x()) / (right.x() - left.x());
    double value = left.y() + share * (right.y() - left.y());
    return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  private static int firstFrom(List<Point> points, double x) {
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
