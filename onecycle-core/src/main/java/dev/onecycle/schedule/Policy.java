package dev.onecycle.schedule;

import java.util.List;

/**
 * How the learning rate and the momentum move over a run of {@link #steps()} updates.
 *
 * <p>For optimizers of the Adam family, momentum stands for β1.
 */
public interface Policy {
  /** The name by which commands and run records call it, such as {@code onecycle}. */
  String name();

  /** The number of optimizer updates it was made for, T. */
  long steps();

  /** The learning rate of every step. */
  Schedule learningRate();

  /** The momentum of every step, in [0, 1). */
  Schedule momentum();

  /** The highest learning rate it reaches. */
  double peak();

  /** Its parts in order, without gap or overlap, from step 0 to step T−1. */
  List<Phase> phases();

  /** One line for people: what it does, with its numbers. */
  String describe();
}
