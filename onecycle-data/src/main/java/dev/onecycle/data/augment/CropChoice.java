package dev.onecycle.data.augment;

import java.util.Optional;

/**
 * The augmentation of one image in one epoch: a window of the padded image, a flip, and the square
 * that is cut out.
 *
 * @param top the first row of the window; 0 is the first padded row
 * @param left the first column of the window; 0 is the first padded column
 * @param flip whether the window is mirrored left to right
 * @param cutout the centre of the square that is cut out; empty if there is none
 */
public record CropChoice(int top, int left, boolean flip, Optional<CutoutCenter> cutout) {
  /** A choice without a cutout. */
  public CropChoice(int top, int left, boolean flip) {
    this(top, left, flip, Optional.empty());
  }

  /**
   * The centre of the square that is cut out.
   *
   * @param down the share of the height above it, in [0, 1)
   * @param across the share of the width to the left of it, in [0, 1)
   */
  public record CutoutCenter(double down, double across) {}
}
