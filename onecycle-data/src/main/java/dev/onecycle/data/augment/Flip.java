package dev.onecycle.data.augment;

/** When a training image is mirrored left to right. */
public enum Flip {
  /** Never. */
  NONE,
  /** In every epoch anew, with probability 1/2. */
  RANDOM,
  /**
   * In every other epoch, from the first or the second on by chance, so that two epochs in a row
   * show both sides.
   *
   * <p><i>Source:</i> K. Jordan 2024 (arXiv 2404.00498, section 3.6).
   */
  ALTERNATE
}
