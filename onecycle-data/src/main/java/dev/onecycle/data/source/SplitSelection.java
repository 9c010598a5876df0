package dev.onecycle.data.source;

/** The splits of a source that are read. No image of the other splits is opened. */
public enum SplitSelection {
  ALL,
  /** All but the test images: the training images, and the validation images if there are any. */
  TRAINING,
  /** The test images; without those the validation images; without either all images. */
  EVALUATION
}
