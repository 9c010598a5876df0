package dev.onecycle.report;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.report.Plot.Mark;
import dev.onecycle.report.Plot.Panel;
import dev.onecycle.report.Plot.Style;
import dev.onecycle.report.Plot.Trace;
import java.util.ArrayList;
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
  private static final double HEIGHT = 220;
  private static final String TITLE = "Learning rate range test";

  private RangeFigures() {}

  /** Raw losses, their zero-lag average, and every reading as a vertical line with its value. */
  public static Figure of(RangeResult result) {
    List<Mark> marks = RangeCurves.markers(result).stream().map(RangeFigures::mark).toList();
    return single(result.points(), RangeCurves.summary(result), marks);
  }

  /** Raw losses and their zero-lag average alone, as of points read back from a file. */
  public static Figure of(List<RangePoint> points) {
    return single(points, RangeCurves.counted(points.size(), "step", "steps"), List.of());
  }

  /**
   * Several tests over each other, each as its zero-lag average with a dot at its edge.
   *
   * @param title what is compared
   * @param results by the name each has in the legend, in the order of the map
   */
  public static Figure overlay(String title, Map<String, RangeResult> results) {
    List<Trace> traces = new ArrayList<>();
    List<Point> seen = new ArrayList<>();
    double top = Double.NEGATIVE_INFINITY;
    for (Map.Entry<String, RangeResult> entry : results.entrySet()) {
      RangeResult result = entry.getValue();
      Curve curve = new Curve(legend(entry.getKey(), result), RangeCurves.smooth(result.points()));
      Ink ink = Ink.ofCurve(traces.size());
      traces.add(new Trace(curve, Style.LINE, ink, true));
      seen.addAll(curve.points());
      top = Math.max(top, RangeCurves.top(result.points()));
    }
    List<Trace> dots = new ArrayList<>();
    int index = 0;
    for (RangeResult result : results.values()) {
      Trace trace = traces.get(index++);
      result.readings().edge().ifPresent(x -> dots.add(edge(trace, x)));
    }
    traces.addAll(dots);
    return figure(
        title, "dots: edge, where the loss starts to rise for good", seen, top, traces, List.of());
  }

  private static Figure single(List<RangePoint> points, String subtitle, List<Mark> marks) {
    List<Point> raw = RangeCurves.raw(points);
    Curve average = new Curve("zero-lag average", RangeCurves.smooth(points));
    List<Trace> traces =
        List.of(
            new Trace(
                new Curve("loss of a batch", raw), Style.DOTS, Ink.dot(Ink.BLUE, 3.6, 0.35), true),
            new Trace(average, Style.LINE, Ink.line(Ink.BLUE, 2, Ink.SOLID), true));
    return figure(
        TITLE, subtitle + RangeCurves.unseen(points), raw, RangeCurves.top(points), traces, marks);
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

  private static Trace edge(Trace of, double rate) {
    Curve dot = new Curve(of.curve().name(), List.of(new Point(rate, valueAt(of.curve(), rate))));
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
