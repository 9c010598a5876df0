package dev.onecycle.report.chart;

/**
 * A point of a curve; the drawn curve has a gap if a coordinate is not finite.
 *
 * @param x position along the horizontal axis, in its unit
 * @param y position along the vertical axis, in its unit
 */
public record Point(double x, double y) {
  /** Whether the point can be drawn. */
  public boolean finite() {
    return Double.isFinite(x) && Double.isFinite(y);
  }
}
