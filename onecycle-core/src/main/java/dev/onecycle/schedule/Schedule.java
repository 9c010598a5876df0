package dev.onecycle.schedule;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;

/**
 * A hyper-parameter as a pure function of the step, without state to save.
 *
 * <p>Steps are zero-based optimizer updates. A schedule has a value for every step from 0 on, also
 * past the end of its run: from step T on it is constant. There is no step before 0.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The value of the step.
   *
   * @param step zero-based optimizer update
   * @throws InvalidValueException where the step is negative
   */
  double at(long step);

  /** A schedule that never changes. */
  static Schedule constant(double value) {
    return step -> {
      Require.atLeast("step", step, 0);
      return value;
    };
  }
}
