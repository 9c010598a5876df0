package dev.onecycle.math;

/** Values on the straight line between two others. */
public final class Interpolation {
  private Interpolation() {}

  /**
   * The value at a share of the way.
   *
   * @param share 0 for {@code from}, 1 for {@code to}
   */
  public static double linear(double from, double to, double share) {
    return from + (to - from) * share;
  }

  /** The value at {@code x} on the line through (x0, y0) and (x1, y1), two different x. */
  public static double linear(double x0, double y0, double x1, double y1, double x) {
    return linear(y0, y1, (x - x0) / (x1 - x0));
  }
}
