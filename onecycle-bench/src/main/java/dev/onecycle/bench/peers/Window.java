package dev.onecycle.bench.peers;

import dev.onecycle.error.Require;

/**
 * The part of a contestant's training that counts: whole steps, from the end of the first step that
 * ends after the warm-up.
 *
 * <p>The warm-up begins at the end of the very first step, so that neither the start of a program
 * nor its reading of the images is in it.
 *
 * @param warmUp nanoseconds
 * @param first when the first step ended
 * @param begin when the warm-up ended, on the same clock; {@code first} before that
 * @param end when the last step ended
 * @param images of the steps that count
 * @param steps that count
 * @param warm whether the warm-up is over
 */
record Window(long warmUp, long first, long begin, long end, long images, int steps, boolean warm) {
  Window {
    Require.atLeast("warm-up", warmUp, 0);
  }

  /** The window of a contestant whose first step ended now. */
  static Window opened(long warmUp, long now) {
    return new Window(warmUp, now, now, now, 0, 0, warmUp == 0);
  }

  /** After another step. */
  Window stepped(long now, long stepImages) {
    if (warm) {
      return new Window(warmUp, first, begin, now, images + stepImages, steps + 1, true);
    }
    return new Window(warmUp, first, now, now, 0, 0, now - first >= warmUp);
  }

  /** Seconds over which it counts so far. */
  double seconds() {
    return (end - begin) / 1e9;
  }

  /**
   * Images a second of the steps that count.
   *
   * @throws IllegalStateException where there is none
   */
  double imagesPerSecond() {
    if (steps == 0 || end == begin) {
      throw new IllegalStateException("no step has been timed");
    }
    return images / seconds();
  }
}
