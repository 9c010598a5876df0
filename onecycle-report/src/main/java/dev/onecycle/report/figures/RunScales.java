package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.text.Numbers;
import java.util.Collection;
import java.util.stream.DoubleStream;

/** Scales for the curves of runs. */
final class RunScales {
  private static final double USUAL_SHARE = 0.9;
  private static final double MAX_FACTOR = 3;
  private static final double WIDE = 100;

  private RunScales() {}

  static DoubleStream ys(Collection<Curve> curves) {
    return curves.stream().flatMap(c -> c.points().stream()).mapToDouble(Point::y);
  }

  /**
   * The upper end of a loss axis: the highest loss, but at most three times the 90th percentile. So
   * a single outlier does not flatten the rest.
   */
  static double top(Collection<Curve> curves) {
    double[] sorted = ys(curves).filter(Double::isFinite).sorted().toArray();
    if (sorted.length == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double usual = sorted[(int) (USUAL_SHARE * (sorted.length - 1))];
    double highest = sorted[sorted.length - 1];
    return usual > 0 ? Math.min(highest, MAX_FACTOR * usual) : highest;
  }

  /** Whether the losses span a factor of more than 100, so that a linear axis hides most. */
  static boolean wide(Collection<Curve> curves) {
    var range = ys(curves).filter(y -> Double.isFinite(y) && y > 0).summaryStatistics();
    return range.getCount() > 1 && range.getMax() > WIDE * range.getMin();
  }

  /** A logarithmic scale over all losses above zero. */
  static Scale logarithmic(Collection<Curve> curves) {
    return Scale.covering(ys(curves), true).padded(0.03, 0.05);
  }

  /** A clause that counts the losses that a logarithmic axis cannot show; empty if none. */
  static String notPositive(Curve curve) {
    long hidden = curve.points().stream().filter(p -> !p.finite() || p.y() <= 0).count();
    return hidden == 0
        ? ""
        : Numbers.format("; %s: %,d not finite or not above 0", curve.name(), hidden);
  }

  /** A clause that counts the losses that the figure does not show; empty if there are none. */
  static String hidden(Curve curve, double top) {
    long above =
        curve.points().stream().filter(p -> p.y() > top * 1.1 && Double.isFinite(p.y())).count();
    long lost = curve.points().stream().filter(p -> !p.finite()).count();
    return (above == 0
            ? ""
            : Numbers.format("; %s: %,d above the top of the axis", curve.name(), above))
        + (lost == 0 ? "" : Numbers.format("; %s: %,d not finite", curve.name(), lost));
  }

  /** A scale around some values, with a margin. */
  static Scale around(Collection<Curve> curves) {
    return Scale.covering(ys(curves), false).padded(0.08, 0.08);
  }

  /** A scale around shares in percent: never below 0, and above 100 only by the width of a line. */
  static Scale percent(Collection<Curve> curves) {
    Scale scale = around(curves);
    double low = Math.max(0, scale.low());
    return scale.high() > 100 && low < 100
        ? new Scale(low, 100 + 0.04 * (100 - low), false)
        : new Scale(low, scale.high(), false);
  }

  /** A scale from zero to the highest loss, but no higher than {@code top}. */
  static Scale losses(Collection<Curve> curves, double top) {
    Scale scale = Scale.covering(ys(curves).map(y -> Math.min(y, top)), false);
    return (scale.low() > 0 ? new Scale(0, scale.high(), false) : scale).padded(0.01, 0.06);
  }

  /** A scale of steps from 0. */
  static Scale steps(double last) {
    return Scale.covering(DoubleStream.of(0, Math.max(1, last)), false).padded(0, 0.01);
  }

  /** A scale from zero if the values come near it, otherwise a scale around them. */
  static Scale nearZero(Collection<Curve> curves) {
    Scale fits = Scale.covering(ys(curves), false);
    boolean nearZero = fits.low() >= 0 && fits.low() < fits.high() / 3;
    return nearZero ? new Scale(0, fits.high(), false).padded(0.02, 0.06) : around(curves);
  }
}
