package dev.onecycle.report.figures;

import dev.onecycle.range.LossSmoothing;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Point;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The curves, markers and texts of a range test, for figures and for the terminal. */
final class RangeCurves {
  private static final int FIRST_POINTS = 5;
  private static final String SUGGESTION = "suggestion";

  private RangeCurves() {}

  /** The losses that can be drawn: finite, at a rate above zero. */
  static List<Point> raw(List<RangePoint> points) {
    return points.stream()
        .map(p -> new Point(p.learningRate(), p.loss()))
        .filter(p -> p.finite() && p.x() > 0)
        .toList();
  }

  /**
   * The losses smoothed over the logarithm of the rate, without a lag.
   *
   * @param top upper end of the figure. Losses are capped a tenth above it, because losses after a
   *     divergence span decades and would pull up the line before it.
   */
  static List<Point> smooth(List<RangePoint> points, double top) {
    double cap = top + Math.abs(top) / 10;
    List<Point> raw = raw(points);
    double[] rates = raw.stream().mapToDouble(Point::x).toArray();
    double[] losses = raw.stream().mapToDouble(p -> Math.min(p.y(), cap)).toArray();
    double[] smooth = LossSmoothing.smooth(rates, losses);
    return IntStream.range(0, rates.length).mapToObj(i -> new Point(rates[i], smooth[i])).toList();
  }

  /**
   * The upper end of a figure: 1.3 times the loss of the first steps, or the highest loss if that
   * is lower. So a divergence does not flatten the descent.
   */
  static double top(List<RangePoint> points) {
    return top(List.<List<RangePoint>>of(points));
  }

  /** The highest upper end of several tests; infinite if no loss can be drawn. */
  static double top(Collection<List<RangePoint>> tests) {
    return tests.stream()
        .map(RangeCurves::raw)
        .filter(raw -> !raw.isEmpty())
        .mapToDouble(raw -> Math.min(ceiling(raw), highest(raw)))
        .max()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private static double ceiling(List<Point> raw) {
    double[] first = raw.stream().limit(FIRST_POINTS).mapToDouble(Point::y).sorted().toArray();
    double median = first[first.length / 2];
    return median + 0.3 * Math.abs(median);
  }

  private static double highest(List<Point> raw) {
    return raw.stream().mapToDouble(Point::y).max().orElseThrow();
  }

  /**
   * A value over several tests, point by point.
   *
   * @param lowest of the tests at each rate
   * @param median of the tests at each rate; where one has ended it is that of the others, as long
   *     as they are more than half
   * @param highest of the tests at each rate
   */
  record Band(List<Point> lowest, List<Point> median, List<Point> highest) {}

  /** The smoothed losses of tests over the same rates, summed up. */
  static Band band(List<RangeResult> tests, double top) {
    NavigableMap<Double, List<Double>> losses = new TreeMap<>();
    for (RangeResult test : tests) {
      for (Point point : smooth(test.points(), top)) {
        losses.computeIfAbsent(point.x(), rate -> new ArrayList<>()).add(point.y());
      }
    }
    Band band = new Band(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    losses.forEach(
        (rate, all) -> {
          if (2 * all.size() > tests.size()) {
            double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            int n = sorted.length;
            band.lowest.add(new Point(rate, sorted[0]));
            band.median.add(new Point(rate, (sorted[(n - 1) / 2] + sorted[n / 2]) / 2));
            band.highest.add(new Point(rate, sorted[n - 1]));
          }
        });
    return band;
  }

  /**
   * The suggestion of several tests and their median edge, if they show them.
   *
   * @param steps of the cycle that the suggestion is for; where they are not known, there is one
   *     for short cycles and one for long
   */
  static List<Marker> mainMarkers(RangeSummary summary, OptionalLong steps) {
    List<Marker> markers = new ArrayList<>(suggestions(summary.suggestion(), steps));
    summary.edge().ifPresent(edge -> markers.add(new Marker("edge", edge.median())));
    return List.copyOf(markers);
  }

  private static List<Marker> suggestions(Optional<SuggestedPeak> suggestion, OptionalLong steps) {
    if (suggestion.isEmpty()) {
      return List.of();
    }
    SuggestedPeak peak = suggestion.get();
    return steps.isPresent()
        ? List.of(new Marker(SUGGESTION, peak.over(steps.getAsLong())))
        : List.of(
            new Marker(SUGGESTION + ", short", peak.inShortCycle()),
            new Marker(SUGGESTION + ", long", peak.inLongCycle()));
  }

  /** Whether a marker is a suggestion. */
  static boolean isSuggestion(Marker marker) {
    return marker.label().startsWith(SUGGESTION);
  }

  /** The suggestion and all readings, the most important first. */
  static List<Marker> markers(RangeResult result, OptionalLong steps) {
    List<Marker> markers = new ArrayList<>(mainMarkers(result, steps));
    add(markers, "trough", result.readings().trough());
    add(markers, "minimum", result.readings().minimum());
    add(markers, "steepest", result.readings().steepest());
    add(markers, "valley", result.readings().valley());
    return List.copyOf(markers);
  }

  /** The suggestion and the medians of all readings over several tests. */
  static List<Marker> markers(RangeSummary summary, OptionalLong steps) {
    List<Marker> markers = new ArrayList<>(mainMarkers(summary, steps));
    summary.trough().ifPresent(s -> markers.add(new Marker("trough", s.median())));
    summary.minimum().ifPresent(s -> markers.add(new Marker("minimum", s.median())));
    summary.steepest().ifPresent(s -> markers.add(new Marker("steepest", s.median())));
    summary.valley().ifPresent(s -> markers.add(new Marker("valley", s.median())));
    return List.copyOf(markers);
  }

  /** The suggestion and the edge, if the curve shows them. */
  static List<Marker> mainMarkers(RangeResult result, OptionalLong steps) {
    List<Marker> markers = new ArrayList<>(suggestions(result.suggestion(), steps));
    add(markers, "edge", result.readings().edge());
    return List.copyOf(markers);
  }

  private static void add(List<Marker> markers, String name, OptionalDouble rate) {
    rate.ifPresent(x -> markers.add(new Marker(name, x)));
  }

  /** The number of steps and their momentum. */
  static String heading(RangeResult result) {
    return counted(result.points().size(), "step", "steps") + atMomentum(result);
  }

  /** " at momentum 0.85"; empty where it is not known. */
  static String atMomentum(RangeResult result) {
    return Double.isNaN(result.momentum())
        ? ""
        : " at momentum " + Numbers.brief(result.momentum());
  }

  /** The number of steps, their momentum, and the reason why there are no more. */
  static String summary(RangeResult result) {
    return heading(result) + ", " + result.stop().sentence();
  }

  /** A clause that counts the losses that the figure does not show; empty if there are none. */
  static String hidden(List<RangePoint> points) {
    return hidden(List.<List<RangePoint>>of(points));
  }

  /** A clause that counts the losses of several tests that their figure does not show. */
  static String hidden(Collection<List<RangePoint>> tests) {
    double top = top(tests);
    long above = tests.stream().flatMap(t -> raw(t).stream()).filter(p -> p.y() > top).count();
    long lost = tests.stream().mapToLong(t -> t.size() - raw(t).size()).sum();
    return (above == 0
            ? ""
            : "; " + counted(above, "loss", "losses") + " above the top of the axis")
        + (lost == 0 ? "" : "; " + counted(lost, "loss", "losses") + " not finite");
  }

  static String counted(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
