package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.text.Numbers;
import java.util.Collection;
import java.util.stream.DoubleStream;

/** Axes on which the curves of runs can be read. */
final class RunScales {
  private static final double USUAL = 0.9;
  private static final double ROOM = 3;

  private RunScales() {}

  static DoubleStream ys(Collection<Curve> curves) {
    return curves.stream().flatMap(c -> c.points().stream()).mapToDouble(Point::y);
  }

  /**
   * Where a loss axis ends: at the highest loss, unless that is above three times what nine tenths
   * of them stay below. So one loss that leaves does not flatten the rest.
   */
  static double top(Collection<Curve> curves) {
    double[] sorted = ys(curves).filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double usual = sorted[(int) (USUAL * (sorted.length - 1))];
    double highest = sorted[sorted.length - 1];
    return usual > 0 ? Math.min(highest, ROOM * usual) : highest;
  }

  /** What of a loss curve is not in the picture, as a clause to add; empty where nothing is. */
  static String unseen(Curve curve, double top) {
    long above =
        curve.points().stream().filter(p -> p.y() > top * 1.1 && Double.isFinite(p.y())).count();
    long lost = curve.points().stream().filter(p -> !p.finite()).count();
    return (above == 0 ? "" : Numbers.format("; %s: %,d above the axis", curve.name(), above))
        + (lost == 0 ? "" : Numbers.format("; %s: %,d not finite", curve.name(), lost));
  }

  /** Around values, with some room. */
  static Scale around(Collection<Curve> curves) {
    return Scale.holding(ys(curves), false).padded(0.08, 0.08);
  }

  /** From zero to the highest of some losses, but no higher than {@code top}. */
  static Scale losses(Collection<Curve> curves, double top) {
    Scale scale = Scale.holding(ys(curves).map(y -> Math.min(y, top)), false);
    return (scale.low() > 0 ? new Scale(0, scale.high(), false) : scale).padded(0.01, 0.06);
  }

  /** Steps from 0 on. */
  static Scale steps(double last) {
    return Scale.holding(DoubleStream.of(0, Math.max(1, last)), false).padded(0, 0.01);
  }

  /** A scale from zero where values reach near it, otherwise around them. */
  static Scale nearZero(Collection<Curve> curves) {
    Scale fits = Scale.holding(ys(curves), false);
    boolean nearZero = fits.low() >= 0 && fits.low() < fits.high() / 3;
    return nearZero ? new Scale(0, fits.high(), false).padded(0.02, 0.06) : around(curves);
  }
}
