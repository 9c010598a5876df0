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
 * A chart of curves, drawn with the characters of a terminal.
 *
 * <p>Written here because Java has no maintained library for it; the known braille plotters
 * (drawille, UnicodePlots, plotext) are in other languages.
 *
 * @param title on the first line; may be empty
 * @param xTitle below the horizontal axis; may be empty
 * @param logX whether the horizontal axis is logarithmic; points at x ≤ 0 are then left out
 * @param curves in drawing order; they differ in colour and dash or, in ASCII, in character
 * @param markers vertical lines with labels above them
 * @param yMax upper end of the vertical axis, which cuts higher values; empty to show all values
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

  /** The drawn chart: exactly as many lines as the style says, without a final line break. */
  public String draw(TerminalStyle style) {
    return String.join("\n", new TerminalLayout(this, style).lines());
  }

  /**
   * This chart with another one below it, so that their horizontal axes align.
   *
   * @param style for both charts together, at least 20 lines high
   * @param lowerHeight lines of the lower chart, at least 10
   */
  public String drawAbove(TerminalChart lower, TerminalStyle style, int lowerHeight) {
    TerminalStyle lowerStyle = style.withHeight(lowerHeight);
    int lowerLabels = new TerminalLayout(lower, lowerStyle).labelWidth();
    TerminalLayout above =
        new TerminalLayout(this, style.withHeight(style.height() - lowerHeight), lowerLabels);
    TerminalLayout below = new TerminalLayout(lower, lowerStyle, above.labelWidth());
    return String.join("\n", above.lines()) + "\n" + String.join("\n", below.lines());
  }

  boolean empty() {
    return drawable().findAny().isEmpty();
  }

  Scale xScale() {
    DoubleStream marked = markers.stream().mapToDouble(Marker::x);
    return Scale.covering(DoubleStream.concat(drawable().mapToDouble(Point::x), marked), logX);
  }

  Scale yScale() {
    double top = yMax.orElse(Double.POSITIVE_INFINITY);
    return Scale.covering(drawable().mapToDouble(p -> Math.min(p.y(), top)), false);
  }

  private Stream<Point> drawable() {
    return curves.stream()
        .flatMap(c -> c.points().stream())
        .filter(p -> p.finite() && (!logX || p.x() > 0));
  }
}
