package dev.onecycle.data.augment;

/** The rule by which training images are mirrored left to right. */
public enum Flip {
  /** Never. */
  NONE,
  /** With probability 1/2, drawn for each image and epoch. */
  RANDOM,
  /**
   * In every other epoch, so that two consecutive epochs show both sides; whether an image is first
   * mirrored in the first or the second epoch is drawn.
   *
   * <p><i>Source:</i> K. Jordan 2024 (arXiv 2404.00498, section 3.6).
   */
  ALTERNATE
}
