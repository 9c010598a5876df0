package dev.onecycle.data.batch;

/** How the images of an epoch are drawn. */
public enum Sampling {
  /** Every image once, in another order in each epoch. */
  SHUFFLED,
  /**
   * As many images as there are, in equal shares of the classes: images of small classes are drawn
   * several times, and some of large ones are left out, other ones in each epoch.
   */
  BALANCED
}
