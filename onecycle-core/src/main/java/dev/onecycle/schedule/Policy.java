package dev.onecycle.schedule;

import java.util.List;

/**
 * A learning rate and a momentum for every step of a run of {@link #steps()} updates.
 *
 * <p>For optimizers of the Adam family, momentum stands for β1.
 */
public interface Policy {
  /** The name in commands and run records, such as {@code onecycle}. */
  String name();

  /** The number of optimizer updates, T. */
  long steps();

  /** The learning rate of every step. */
  Schedule learningRate();

  /** The momentum of every step, in [0, 1). */
  Schedule momentum();

  /** The highest learning rate, which may lie between two steps. */
  double peak();

  /** Its parts in order, without gap or overlap, from step 0 to step T−1. */
  List<Phase> phases();

  /** A line that describes it with its numbers. */
  String describe();
}
