package dev.onecycle.range;

import dev.onecycle.math.Interpolation;

/** The rise of the learning rate of a range test from its start to its end. */
public enum Ramp {
  /** By the same factor every step (Gugger 2018). */
  EXPONENTIAL {
    @Override
    double between(double start, double end, double share) {
      return start * Math.pow(end / start, share);
    }
  },
  /** By the same amount every step (Smith 2015, section 3.3). */
  LINEAR {
    @Override
    double between(double start, double end, double share) {
      return Interpolation.linear(start, end, share);
    }
  };

  /**
   * The rate of a step: {@code start} exactly at step 0, {@code end} exactly at step {@code steps −
   * 1}.
   *
   * @param step zero-based, below {@code steps}
   * @param steps of the ramp, at least 2
   */
  double at(int step, int steps, double start, double end) {
    return step == steps - 1 ? end : between(start, end, (double) step / (steps - 1));
  }

  abstract double between(double start, double end, double share);
}
