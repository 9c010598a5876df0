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
 * The values of a figure as a table.
 *
 * <p>There is a row for each point of the curve with the fewest points, if it has at least two. The
 * other curves are interpolated along their drawn lines. Of more than 100 rows, 100 evenly spaced
 * ones are kept.
 *
 * @param headings the horizontal axis, then the curves
 * @param rows one cell for each heading; empty where a curve has no value
 * @param complete whether no row was left out
 */
public record FigureTable(List<String> headings, List<List<String>> rows, boolean complete) {
  private static final int MAX_ROWS = 100;

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
    int count = Math.min(xs.size(), MAX_ROWS);
    for (int k = 0; k < count; k++) {
      double x = xs.get(count == 1 ? 0 : (int) Math.round((xs.size() - 1) * (k / (count - 1.0))));
      List<String> row = new ArrayList<>(List.of(xText(x)));
      curves.forEach(curve -> row.add(text(curve.valueAt(x, plot.x().log()))));
      rows.add(List.copyOf(row));
    }
    return new FigureTable(headings, rows, count == xs.size());
  }

  /** Steps are written with all digits. */
  private static String xText(double x) {
    return x == Math.rint(x) ? Numbers.exact(x) : Numbers.brief(x);
  }

  private static String text(OptionalDouble value) {
    return value.isPresent() ? Numbers.brief(value.getAsDouble()) : "";
  }

  /** The curves of the legend, each once: a curve may be drawn as a line and as dots. */
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
}
