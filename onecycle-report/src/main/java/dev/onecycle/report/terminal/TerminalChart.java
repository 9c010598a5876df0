package dev.onecycle.report.terminal;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A chart of curves over one axis, to be drawn with the characters of a terminal.
 *
 * <p>Ours because Java has no well-kept library for it: the braille plotters that there are
 * (drawille, UnicodePlots, plotext) live in other languages.
 *
 * @param title stands on the first line; may be empty
 * @param xTitle stands below the axis; may be empty
 * @param logX whether the horizontal axis is logarithmic; points at x ≤ 0 are then left out
 * @param curves drawn in order, told apart by colour and dash or, in ASCII, by character
 * @param markers vertical lines whose labels stand above them
 * @param yMax where the vertical axis ends although curves go on; empty to hold them whole
 */
public record TerminalChart(
    String title,
    String xTitle,
    boolean logX,
    List<Curve> curves,
    List<Marker> markers,
    OptionalDouble yMax) {
  public TerminalChart {
    curves = List.copyOf(curves);
    markers = List.copyOf(markers);
  }

  /** The picture: as many lines as the style is high, none wider, without a last line break. */
  public String draw(TerminalStyle style) {
    return String.join("\n", new TerminalLayout(this, style).lines());
  }

  boolean empty() {
    return drawable().findAny().isEmpty();
  }

  Scale xScale() {
    DoubleStream marked = markers.stream().mapToDouble(Marker::x);
    return Scale.holding(DoubleStream.concat(drawable().mapToDouble(Point::x), marked), logX);
  }

  Scale yScale() {
    double top = yMax.orElse(Double.POSITIVE_INFINITY);
    return Scale.holding(drawable().mapToDouble(p -> Math.min(p.y(), top)), false);
  }

  private Stream<Point> drawable() {
    return curves.stream()
        .flatMap(c -> c.points().stream())
        .filter(p -> p.finite() && (!logX || p.x() > 0));
  }
}
