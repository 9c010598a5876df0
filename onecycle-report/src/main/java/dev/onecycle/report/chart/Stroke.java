package dev.onecycle.report.chart;

import java.util.List;

/**
 * The look of a line or a dot.
 *
 * @param colour {@code #rrggbb}
 * @param width of a line, or diameter of a dot, in pixels
 * @param dash lengths on and off in turn, in pixels; empty for a solid line
 * @param opacity in (0, 1]
 */
public record Stroke(String colour, double width, List<Double> dash, double opacity) {
  public static final List<Double> SOLID = List.of();
  public static final List<Double> DASHED = List.of(7.0, 3.0);
  public static final List<Double> DOTTED = List.of(1.5, 2.5);
  public static final List<Double> DASH_DOT = List.of(7.0, 2.5, 1.5, 2.5);
  public static final List<Double> SHORT_DASHED = List.of(3.5, 2.5);

  /** An opaque line. */
  public static Stroke line(String colour, double width, List<Double> dash) {
    return new Stroke(colour, width, dash, 1);
  }

  /** A dot. */
  public static Stroke dot(String colour, double width, double opacity) {
    return new Stroke(colour, width, SOLID, opacity);
  }
}
