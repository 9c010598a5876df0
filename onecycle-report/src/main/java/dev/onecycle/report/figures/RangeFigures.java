package dev.onecycle.report.figures;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Ink;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.Mark;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Style;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Figures of range tests: loss against learning rate on a logarithmic axis, after S. Gugger, "How
 * do you find a good learning rate" (2018).
 *
 * <p>Deviations: the line is a zero-lag average through the raw losses, not the exponential average
 * of the stop rule, which lags by a decade; and the loss axis ends at 1.3 times the loss of the
 * first steps, so that the divergence does not flatten what comes before it.
 */
public final class RangeFigures {
  private static final int HEIGHT = 220;
  private static final String TITLE = "Learning rate range test";

  private RangeFigures() {}

  /** Raw losses, their zero-lag average, and every reading as a vertical line with its value. */
  public static Figure of(RangeResult result) {
    List<Mark> marks = RangeCurves.markers(result).stream().map(RangeFigures::mark).toList();
    String verdict = result.verdict().clear() ? "" : ". " + result.verdict().explanation();
    return single(result.points(), RangeCurves.summary(result), verdict, marks);
  }

  /** A single test in full, or several over each other, by their number. */
  public static Figure of(RangeSummary summary) {
    List<RangeResult> runs = summary.runs();
    if (runs.size() == 1) {
      return of(runs.get(0));
    }
    Map<String, RangeResult> named = new LinkedHashMap<>();
    runs.forEach(run -> named.put("seed " + (named.size() + 1), run));
    return overlay("Range tests over " + runs.size() + " seeds", named);
  }

  /** Raw losses and their zero-lag average alone, as of points read back from a file. */
  public static Figure of(List<RangePoint> points) {
    return single(points, RangeCurves.counted(points.size(), "step", "steps"), "", List.of());
  }

  /**
   * Several tests over each other, each as its zero-lag average with a dot at its edge.
   *
   * @param title what is compared
   * @param results by the name each has in the legend, in the order of the map
   */
  public static Figure overlay(String title, Map<String, RangeResult> results) {
    double top = RangeCurves.top(results.values().stream().map(RangeResult::points).toList());
    List<Trace> lines = new ArrayList<>();
    List<Trace> dots = new ArrayList<>();
    results.forEach(
        (name, result) -> {
          List<Point> smooth = RangeCurves.smooth(result.points(), top);
          Ink ink = Ink.ofCurve(lines.size());
          Trace line = new Trace(new Curve(legend(name, result), smooth), Style.LINE, ink, true);
          lines.add(line);
          result.readings().edge().ifPresent(rate -> dots.add(edge(line, rate, top)));
        });
    List<Point> seen = lines.stream().flatMap(t -> t.curve().points().stream()).toList();
    List<Trace> traces = Stream.concat(lines.stream(), dots.stream()).toList();
    String subtitle = dots.isEmpty() ? "" : "dots: edge, where the loss starts to rise for good";
    return figure(title, subtitle, seen, top, traces, List.of());
  }

  private static Figure single(
      List<RangePoint> points, String summary, String verdict, List<Mark> marks) {
    List<Point> raw = RangeCurves.raw(points);
    double top = RangeCurves.top(points);
    Curve average = new Curve("zero-lag average", RangeCurves.smooth(points, top));
    List<Trace> traces =
        List.of(
            new Trace(
                new Curve("loss of a batch", raw), Style.DOTS, Ink.dot(Ink.BLUE, 3.6, 0.35), true),
            new Trace(average, Style.LINE, Ink.line(Ink.BLUE, 2, Ink.SOLID), true));
    return figure(TITLE, summary + RangeCurves.unseen(points) + verdict, raw, top, traces, marks);
  }

  private static Figure figure(
      String title,
      String subtitle,
      List<Point> seen,
      double top,
      List<Trace> traces,
      List<Mark> marks) {
    DoubleStream rates =
        Stream.concat(seen.stream().map(Point::x), marks.stream().map(m -> m.marker().x()))
            .mapToDouble(Double::doubleValue);
    Scale x = Scale.holding(rates, true).padded(0.02, 0.02);
    Scale y =
        Scale.holding(seen.stream().mapToDouble(p -> Math.min(p.y(), top)), false)
            .padded(0.06, 0.02);
    Panel panel = new Panel("loss", y, HEIGHT, traces, marks, "no finite loss to draw");
    return new Figure(new Plot(title, subtitle, "learning rate", x, List.of(panel), List.of()));
  }

  private static String legend(String name, RangeResult result) {
    var edge = result.readings().edge();
    return edge.isPresent() ? name + " (edge " + Numbers.brief(edge.getAsDouble()) + ")" : name;
  }

  private static Trace edge(Trace of, double rate, double top) {
    double loss = Math.min(valueAt(of.curve(), rate), top);
    Curve dot = new Curve(of.curve().name(), List.of(new Point(rate, loss)));
    return new Trace(dot, Style.DOTS, Ink.dot(of.ink().colour(), 8, 1), false);
  }

  /** The curve at a rate, along the straight line between the points around it. */
  private static double valueAt(Curve curve, double rate) {
    for (int i = 1; i < curve.points().size(); i++) {
      Point before = curve.points().get(i - 1);
      Point after = curve.points().get(i);
      if (before.x() <= rate && rate <= after.x()) {
        double share =
            after.x() == before.x()
                ? 0
                : Math.log(rate / before.x()) / Math.log(after.x() / before.x());
        return before.y() + share * (after.y() - before.y());
      }
    }
    return Double.NaN;
  }

  private static Mark mark(Marker marker) {
    Ink ink =
        switch (marker.label()) {
          case "suggestion" -> Ink.line(Ink.GREEN, 2.4, Ink.SOLID);
          case "edge" -> Ink.line(Ink.VERMILLION, 1.8, Ink.DASHED);
          case "minimum" -> Ink.line(Ink.PURPLE, 1.5, Ink.DOTTED);
          case "steepest" -> Ink.line(Ink.ORANGE, 1.5, Ink.DASH_DOT);
          default -> Ink.line(Ink.BLACK, 1.2, Ink.SHORT_DASHED);
        };
    return new Mark(marker, ink);
  }
}
