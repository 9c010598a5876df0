package dev.onecycle.data.index;

/** Which images of a source are wanted. Of the others none is opened. */
public enum SplitSelection {
  ALL,

  /** All but the test images: those to train on, and to validate by where there are such. */
  TRAINING,

  /** The test images, or else those to validate by, or else all. */
  EVALUATION
}
