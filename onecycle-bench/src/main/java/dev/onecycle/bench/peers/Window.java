package dev.onecycle.bench.peers;

import dev.onecycle.error.Require;

/**
 * The measured part of a peer's training: whole steps, from the end of the first step that ends
 * after the warm-up.
 *
 * <p>The warm-up begins at the end of the first step, so that it includes neither the start of the
 * program nor the reading of the images.
 *
 * @param warmUp nanoseconds
 * @param first time of the end of the first step, by {@link System#nanoTime}
 * @param begin time of the begin of the measured part; {@code first} before that
 * @param end time of the end of the last step
 * @param images of the steps that count
 * @param steps that count
 * @param warm whether the warm-up is over
 */
record Window(long warmUp, long first, long begin, long end, long images, int steps, boolean warm) {
  Window {
    Require.atLeast("warm-up", warmUp, 0);
  }

  /** The window after the first step. */
  static Window opened(long warmUp, long now) {
    return new Window(warmUp, now, now, now, 0, 0, warmUp == 0);
  }

  /** The window after another step. */
  Window stepped(long now, long stepImages) {
    if (warm) {
      return new Window(warmUp, first, begin, now, images + stepImages, steps + 1, true);
    }
    return new Window(warmUp, first, now, now, 0, 0, now - first >= warmUp);
  }

  /** Duration of the measured part so far in seconds. */
  double seconds() {
    return (end - begin) / 1e9;
  }

  /**
   * Images a second of the measured steps.
   *
   * @throws IllegalStateException if there is none
   */
  double samplesPerSecond() {
    if (steps == 0 || end == begin) {
      throw new IllegalStateException("no step has been timed");
    }
    return images / seconds();
  }
}
