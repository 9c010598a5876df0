package dev.onecycle.data.augment;

import dev.onecycle.error.Require;

/**
 * The content of padding, as a map from padded positions to positions inside the image.
 *
 * <p>For a row {@code a b c d} padded by two:
 *
 * <ul>
 *   <li>{@link #REFLECT}: {@code c b | a b c d | c b}
 *   <li>{@link #SYMMETRIC}: {@code b a | a b c d | d c}
 *   <li>{@link #ZERO}: {@code 0 0 | a b c d | 0 0}
 * </ul>
 */
public enum PadMode {
  /** Mirrored without the edge pixel, as in PyTorch's {@code ReflectionPad2d}. */
  REFLECT,
  /** Mirrored with the edge pixel, as in OpenCV's {@code BORDER_REFLECT}. */
  SYMMETRIC,
  /** Black. */
  ZERO;

  /** The entry of {@link #map} for a padded position without a source pixel: it is zero. */
  public static final int NONE = -1;

  /**
   * Maps the {@code before + size + after} positions of a padded row or column to positions in
   * {@code [0, size)}, or to {@link #NONE}.
   *
   * @throws dev.onecycle.error.InvalidValueException if a pad is negative or too large: the limit
   *     is {@code size - 1} for reflect and {@code size} for symmetric
   */
  public int[] map(int size, int before, int after) {
    int max = maxPad(size);
    for (int pad : new int[] {before, after}) {
      Require.that(
          pad >= 0 && pad <= max,
          "pad",
          "in [0, " + max + "] for " + size + " pixels in mode " + this,
          pad,
          pad);
    }
    int[] map = new int[Math.addExact(before, Math.addExact(size, after))];
    for (int i = 0; i < map.length; i++) {
      map[i] = source(i - before, size);
    }
    return map;
  }

  /** The position inside {@code size} pixels that is shown at any position, or {@link #NONE}. */
  int fold(int position, int size) {
    if (position >= 0 && position < size) {
      return position;
    }
    if (this == ZERO) {
      return NONE;
    }
    int period = this == REFLECT ? Math.max(1, 2 * size - 2) : 2 * size;
    int folded = Math.floorMod(position, period);
    return folded < size ? folded : source(folded, size);
  }

  private int maxPad(int size) {
    return switch (this) {
      case REFLECT -> size - 1;
      case SYMMETRIC -> size;
      case ZERO -> Integer.MAX_VALUE;
    };
  }

  private int source(int position, int size) {
    if (position >= 0 && position < size) {
      return position;
    }
    return switch (this) {
      case REFLECT -> position < 0 ? -position : 2 * size - 2 - position;
      case SYMMETRIC -> position < 0 ? -position - 1 : 2 * size - 1 - position;
      case ZERO -> NONE;
    };
  }
}
