package dev.onecycle.augment;

/**
 * What is done to one image: which window of the padded image is cut out, and whether it is
 * mirrored left to right.
 *
 * @param top first row of the window, 0 being the first padded row
 * @param left first column of the window, 0 being the first padded column
 * @param flip whether the window is mirrored
 */
public record Choice(int top, int left, boolean flip) {}
