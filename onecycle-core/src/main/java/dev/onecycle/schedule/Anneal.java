package dev.onecycle.schedule;

import dev.onecycle.math.Interpolation;
import java.util.Locale;

/** The curve from one knot of a schedule to the next. */
public enum Anneal {
  /** On a straight line. */
  LINEAR {
    @Override
    double between(double from, double to, double share) {
      return Interpolation.linear(from, to, share);
    }
  },
  /** On half a cosine: slow, fast, slow. */
  COS {
    @Override
    double between(double from, double to, double share) {
      return to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
    }
  };

  /**
   * The value at a share of the way.
   *
   * @param share in (0, 1)
   */
  abstract double between(double from, double to, double share);

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
