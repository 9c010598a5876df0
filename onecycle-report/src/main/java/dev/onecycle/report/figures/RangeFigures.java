package dev.onecycle.report.figures;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.Verdict;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Palette;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.CurveStyle;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.StyledMarker;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Stroke;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Figures of range tests: the loss over the learning rate on a logarithmic axis.
 *
 * <p>After S. Gugger, "How do you find a good learning rate" (2018), with two deviations. The line
 * is smoothed without a lag; the exponential average of the stop rule lags by a decade. And the
 * loss axis ends at 1.3 times the loss of the first steps, so that a divergence does not flatten
 * the descent before it.
 */
public final class RangeFigures {
  private static final int HEIGHT = 220;
  private static final String TITLE = "Learning rate range test";

  private RangeFigures() {}

  /**
   * One test: its losses, the smoothed loss, and each reading as a vertical line; the suggestion
   * for short cycles and for long.
   */
  public static Figure of(RangeResult result) {
    return of(result, OptionalLong.empty());
  }

  private static Figure of(RangeResult result, OptionalLong steps) {
    List<StyledMarker> markers =
        RangeCurves.markers(result, steps).stream().map(RangeFigures::styled).toList();
    String verdict = result.verdict().clear() ? "" : ". " + finding(result.verdict());
    return single(result.points(), RangeCurves.summary(result), verdict, markers);
  }

  /**
   * A single test with its readings; or several tests overlaid, each with a dot at its edge, with
   * the median of their losses, their median edge and the suggestion that they give together.
   *
   * @param steps of the cycle that the suggestion is for; where they are not known, there is one
   *     for short cycles and one for long
   */
  public static Figure of(RangeSummary summary, OptionalLong steps) {
    List<RangeResult> runs = summary.runs();
    if (runs.size() == 1) {
      return of(runs.get(0), steps);
    }
    Map<String, RangeResult> named = new LinkedHashMap<>();
    runs.forEach(run -> named.put("seed " + (named.size() + 1), run));
    double top = RangeCurves.top(runs.stream().map(RangeResult::points).toList());
    Curve median = new Curve("median", RangeCurves.band(runs, top).median());
    Trace line =
        new Trace(median, CurveStyle.LINE, Stroke.line(Palette.BLUE, 2.4, Stroke.SOLID), true);
    return overlay(
        "Range tests over " + runs.size() + " seeds",
        "the thick line is the median of their losses, dots are their edges"
            + RangeCurves.hidden(points(named))
            + ". "
            + finding(summary.verdict()),
        named,
        Palette::thin,
        List.of(line),
        RangeCurves.markers(summary, steps).stream().map(RangeFigures::styled).toList());
  }

  /** What a verdict found, without its advice: a figure does not know what was done since. */
  private static String finding(Verdict verdict) {
    boolean doubtful = verdict.suggests() && !verdict.clear();
    return verdict.finding() + (doubtful ? "; the suggestion is uncertain." : ".");
  }

  /** Losses without readings, such as points read from a file. */
  public static Figure of(List<RangePoint> points) {
    return single(points, RangeCurves.counted(points.size(), "step", "steps"), "", List.of());
  }

  /**
   * Several tests overlaid, each as its smoothed loss with a dot at its edge.
   *
   * @param title of the figure
   * @param results by name in the legend, in the order of the map
   */
  public static Figure overlay(String title, Map<String, RangeResult> results) {
    boolean edges = results.values().stream().anyMatch(r -> r.readings().edge().isPresent());
    String dots = edges ? "; dots: edge, where the loss starts to rise for good" : "";
    String subtitle = (dots + RangeCurves.hidden(points(results))).replaceFirst("^; ", "");
    return overlay(title, subtitle, results, Palette::stroke, List.of(), List.of());
  }

  private static Figure overlay(
      String title,
      String subtitle,
      Map<String, RangeResult> results,
      IntFunction<Stroke> strokes,
      List<Trace> more,
      List<StyledMarker> markers) {
    double top = RangeCurves.top(points(results));
    List<Trace> lines = new ArrayList<>();
    List<Trace> dots = new ArrayList<>();
    results.forEach(
        (name, result) -> {
          List<Point> smooth = RangeCurves.smooth(result.points(), top);
          Stroke stroke = strokes.apply(lines.size());
          Trace line =
              new Trace(new Curve(legend(name, result), smooth), CurveStyle.LINE, stroke, true);
          lines.add(line);
          result.readings().edge().ifPresent(rate -> dots.add(edge(line, rate, top)));
        });
    List<Point> points = lines.stream().flatMap(t -> t.curve().points().stream()).toList();
    List<Trace> traces = Stream.of(lines, more, dots).flatMap(List::stream).toList();
    return figure(title, subtitle, points, top, traces, markers);
  }

  private static Figure single(
      List<RangePoint> points, String summary, String verdict, List<StyledMarker> markers) {
    List<Point> raw = RangeCurves.raw(points);
    double top = RangeCurves.top(points);
    Curve smooth = new Curve("smoothed loss", RangeCurves.smooth(points, top));
    List<Trace> traces =
        List.of(
            new Trace(
                new Curve("loss of a batch", raw),
                CurveStyle.DOTS,
                Stroke.dot(Palette.BLUE, 3.6, 0.35),
                true),
            new Trace(smooth, CurveStyle.LINE, Stroke.line(Palette.BLUE, 2, Stroke.SOLID), true));
    return figure(TITLE, summary + RangeCurves.hidden(points) + verdict, raw, top, traces, markers);
  }

  private static Figure figure(
      String title,
      String subtitle,
      List<Point> points,
      double top,
      List<Trace> traces,
      List<StyledMarker> markers) {
    DoubleStream rates =
        Stream.concat(points.stream().map(Point::x), markers.stream().map(m -> m.marker().x()))
            .mapToDouble(Double::doubleValue);
    Scale x = Scale.covering(rates, true).padded(0.02, 0.02);
    Scale y =
        Scale.covering(points.stream().mapToDouble(p -> Math.min(p.y(), top)), false)
            .padded(0.06, 0.02);
    Panel panel = new Panel("loss", y, HEIGHT, traces, markers, "no finite loss to draw");
    return new Figure(
        new Plot(title, subtitle, new Plot.Axis("learning rate", x), List.of(panel), List.of()));
  }

  private static List<List<RangePoint>> points(Map<String, RangeResult> results) {
    return results.values().stream().map(RangeResult::points).toList();
  }

  private static String legend(String name, RangeResult result) {
    var edge = result.readings().edge();
    return edge.isPresent() ? name + " (edge " + Numbers.brief(edge.getAsDouble()) + ")" : name;
  }

  private static Trace edge(Trace line, double rate, double top) {
    double loss = Math.min(line.curve().valueAt(rate, true).orElse(Double.NaN), top);
    Curve dot = new Curve(line.curve().name(), List.of(new Point(rate, loss)));
    return new Trace(dot, CurveStyle.DOTS, Stroke.dot(line.stroke().colour(), 8, 1), false);
  }

  private static StyledMarker styled(Marker marker) {
    Stroke stroke =
        switch (RangeCurves.isSuggestion(marker) ? "suggestion" : marker.label()) {
          case "suggestion" -> Stroke.line(Palette.GREEN, 2.4, Stroke.SOLID);
          case "trough" -> Stroke.line(Palette.GREEN, 1.2, Stroke.SHORT_DASHED);
          case "edge" -> Stroke.line(Palette.VERMILLION, 1.8, Stroke.DASHED);
          case "minimum" -> Stroke.line(Palette.PURPLE, 1.5, Stroke.DOTTED);
          case "steepest" -> Stroke.line(Palette.ORANGE, 1.5, Stroke.DASH_DOT);
          default -> Stroke.line(Palette.BLACK, 1.2, Stroke.SHORT_DASHED);
        };
    boolean main = RangeCurves.isSuggestion(marker) || marker.label().equals("edge");
    return new StyledMarker(marker, stroke, main);
  }
}
