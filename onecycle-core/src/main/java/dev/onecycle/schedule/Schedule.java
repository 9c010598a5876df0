package dev.onecycle.schedule;

/**
 * A hyper-parameter as a pure function of the step: total, and without state to save.
 *
 * <p>Steps are zero-based optimizer updates. A schedule has a value for every step from 0 on, also
 * past the end of its run: from step T on it is constant.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The value of the step.
   *
   * @param step zero-based optimizer update, at least 0
   */
  double at(long step);

  /** A schedule that never changes. */
  static Schedule constant(double value) {
    return step -> value;
  }
}
