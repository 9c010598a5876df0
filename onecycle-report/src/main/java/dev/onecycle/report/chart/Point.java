package dev.onecycle.report.chart;

/**
 * A point of a curve; a coordinate that is not finite leaves a gap in what is drawn.
 *
 * @param x along the horizontal axis, in that axis' unit
 * @param y along the vertical axis, in that axis' unit
 */
public record Point(double x, double y) {
  public boolean finite() {
    return Double.isFinite(x) && Double.isFinite(y);
  }
}
