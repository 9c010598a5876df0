package dev.onecycle.data.augment;

import java.util.Optional;

/**
 * What is done to one image: which window of the padded image is cut out, whether it is mirrored
 * left to right, and where a square of it is hidden.
 *
 * @param top first row of the window, 0 being the first padded row
 * @param left first column of the window, 0 being the first padded column
 * @param flip whether the window is mirrored
 * @param hole where a square is hidden in the result, if at all
 */
public record CropChoice(int top, int left, boolean flip, Optional<Hole> hole) {
  /** One that hides nothing. */
  public CropChoice(int top, int left, boolean flip) {
    this(top, left, flip, Optional.empty());
  }

  /**
   * The centre of a square.
   *
   * @param down share of the height above it, in [0, 1)
   * @param across share of the width left of it, in [0, 1)
   */
  public record Hole(double down, double across) {}
}
