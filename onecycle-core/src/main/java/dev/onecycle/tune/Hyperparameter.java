package dev.onecycle.tune;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;

/** The hyper-parameters that a sweep can try. */
public enum Hyperparameter {
  /** The largest value that still lets the network train at a high rate is chosen (Gugger 2018). */
  WEIGHT_DECAY("weight decay"),
  /** Chosen as weight decay is. */
  DROPOUT("dropout"),
  /** The momentum of every step of a range test, and of a cycle at its peak. */
  MOMENTUM("momentum"),
  /** Images an optimizer step. */
  BATCH_SIZE("batch size");

  private final String title;

  Hyperparameter(String title) {
    this.title = title;
  }

  /** The name that people give it. */
  public String title() {
    return title;
  }

  /** A value as people write it: a weight decay of 1e-4, a dropout of 0.05. */
  public String text(double value) {
    return this == WEIGHT_DECAY ? Numbers.power(value) : Numbers.exact(value);
  }

  /** Checks a value to be tried. */
  public double require(double value) {
    return switch (this) {
      case WEIGHT_DECAY -> Require.atLeast(title, value, 0);
      case DROPOUT, MOMENTUM -> Require.inHalfOpen(title, value, 0, 1);
      case BATCH_SIZE ->
          Require.that(
              value >= 2 && value == Math.rint(value) && value <= Integer.MAX_VALUE,
              title,
              "a whole number, at least 2",
              value,
              value);
    };
  }

  /**
   * The rate that a value allows, for comparison with other values of the same hyper-parameter: the
   * edge of its range test. Momentum m multiplies the size of a step by 1/(1 − m) in the long run,
   * so for momentum it is edge / (1 − m), the effective rate.
   */
  double reach(double value, double edge) {
    return this == MOMENTUM ? edge / (1 - value) : edge;
  }

  /** The name of {@link #reach} in sentences. */
  String reachTitle() {
    return this == MOMENTUM ? "edge / (1 - momentum)" : "edge";
  }
}
