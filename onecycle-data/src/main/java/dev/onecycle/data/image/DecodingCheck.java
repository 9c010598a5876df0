package dev.onecycle.data.image;

/** Looks at images of which the headers are read, before any of them is decoded. */
@FunctionalInterface
public interface DecodingCheck {
  /** A check that allows everything. */
  DecodingCheck NONE = (shape, classes, images) -> {};

  /**
   * Called once, if the images are not in the cache.
   *
   * @param shape that all images will get
   * @param classes their number
   * @param images to train on, the ones included that may be held out
   * @throws dev.onecycle.error.BadDataException to refuse them
   */
  void check(ImageShape shape, int classes, int images);
}
