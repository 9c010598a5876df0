package dev.onecycle.report.figures;

import dev.onecycle.range.LossSmoothing;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Point;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** What pictures of a range test draw, whichever way they draw it. */
public final class RangeCurves {
  private static final int FIRST_POINTS = 5;

  private RangeCurves() {}

  /** The raw losses that can be drawn: finite, at a rate above zero. */
  public static List<Point> raw(List<RangePoint> points) {
    return points.stream()
        .map(p -> new Point(p.learningRate(), p.loss()))
        .filter(p -> p.finite() && p.x() > 0)
        .toList();
  }

  /**
   * The zero-lag average of the raw losses over the logarithm of the rate.
   *
   * @param top where the picture ends: the losses after divergence span decades and, uncapped,
   *     would pull up the line before them
   */
  public static List<Point> smooth(List<RangePoint> points, double top) {
    double cap = top + Math.abs(top) / 10;
    List<Point> raw = raw(points);
    double[] rates = raw.stream().mapToDouble(Point::x).toArray();
    double[] losses = raw.stream().mapToDouble(p -> Math.min(p.y(), cap)).toArray();
    double[] smooth = LossSmoothing.smooth(rates, losses);
    return IntStream.range(0, rates.length).mapToObj(i -> new Point(rates[i], smooth[i])).toList();
  }

  /**
   * The loss at which a picture ends: 1.3 times that of the first steps, so that the divergence
   * does not flatten the descent; less where no loss is that high.
   */
  public static double top(List<RangePoint> points) {
    return top(List.<List<RangePoint>>of(points));
  }

  /** The highest of the tests' tops; infinite where none has a loss to draw. */
  public static double top(Collection<List<RangePoint>> tests) {
    return tests.stream()
        .map(RangeCurves::raw)
        .filter(raw -> !raw.isEmpty())
        .mapToDouble(raw -> Math.min(ceiling(raw), highest(raw)))
        .max()
        .orElse(Double.POSITIVE_INFINITY);
  }

  private static double ceiling(List<Point> raw) {
    double[] first = raw.stream().limit(FIRST_POINTS).mapToDouble(Point::y).sorted().toArray();
    double usual = first[first.length / 2];
    return usual + 0.3 * Math.abs(usual);
  }

  private static double highest(List<Point> raw) {
    return raw.stream().mapToDouble(Point::y).max().orElseThrow();
  }

  /** The readings that the curve shows, and the suggestion, in the order a reader wants them. */
  public static List<Marker> markers(RangeResult result) {
    List<Marker> markers = new ArrayList<>(essentials(result));
    add(markers, "minimum", result.readings().minimum());
    add(markers, "steepest", result.readings().steepest());
    add(markers, "valley", result.readings().valley());
    return List.copyOf(markers);
  }

  /** The suggestion and the edge it rests on, where the curve shows them. */
  public static List<Marker> essentials(RangeResult result) {
    List<Marker> markers = new ArrayList<>();
    add(markers, "suggestion", result.suggestion());
    add(markers, "edge", result.readings().edge());
    return List.copyOf(markers);
  }

  private static void add(List<Marker> markers, String name, OptionalDouble rate) {
    rate.ifPresent(x -> markers.add(new Marker(name, x)));
  }

  /** One line for people: how many steps, why no more, and at which momentum. */
  public static String summary(RangeResult result) {
    String end =
        switch (result.stopped()) {
          case DIVERGED -> "stopped when the loss diverged";
          case NON_FINITE -> "stopped at a loss that is not finite";
          case REACHED_END -> "reached the end of the range";
          case INTERRUPTED -> "interrupted";
        };
    String extended = result.extended() ? ", extended" : "";
    String momentum = ", momentum " + Numbers.brief(result.momentum());
    return counted(result.points().size(), "step", "steps") + ", " + end + extended + momentum;
  }

  /** What of the points is not in the picture, as a clause to add; empty where nothing is. */
  public static String unseen(List<RangePoint> points) {
    double top = top(points);
    long above = raw(points).stream().filter(p -> p.y() > top).count();
    long lost = points.size() - raw(points).size();
    return (above == 0 ? "" : "; " + counted(above, "loss", "losses") + " above the axis")
        + (lost == 0 ? "" : "; " + counted(lost, "loss", "losses") + " not finite");
  }

  public static String counted(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
