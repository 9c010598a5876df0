package dev.onecycle.data.augment;

/**
 * A part of an image, in whole pixels.
 *
 * @param top its first row
 * @param left its first column
 * @param height at least 1
 * @param width at least 1
 */
public record Rectangle(int top, int left, int height, int width) {
  static Rectangle whole(int height, int width) {
    return new Rectangle(0, 0, height, width);
  }
}
