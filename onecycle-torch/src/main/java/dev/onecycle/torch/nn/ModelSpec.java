package dev.onecycle.torch.nn;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.torch.settings.LearnerSettings;

/** A model that comes with the library: its name, its network, and how it is trained by default. */
public final class ModelSpec {
  private final String name;
  private final int smallestSide;
  private final int largestSide;
  private final Architecture architecture;
  private final Defaults defaults;

  ModelSpec(
      String name,
      int smallestSide,
      int largestSide,
      Architecture architecture,
      Defaults defaults) {
    this.name = name;
    this.smallestSide = smallestSide;
    this.largestSide = largestSide;
    this.architecture = architecture;
    this.defaults = defaults;
  }

  /** Makes the network of a model. */
  @FunctionalInterface
  interface Architecture {
    Network network(ImageShape input, int classes, double dropout);
  }

  /**
   * How a model is trained unless the user says otherwise.
   *
   * @param batchSize images an optimizer step
   * @param settings of the learner
   * @param augmentation of training images
   */
  public record Defaults(int batchSize, LearnerSettings settings, Augmentation augmentation) {}

  /** The name that {@link Models#byName}, run records and weight files use. */
  public String name() {
    return name;
  }

  /** The least height and width of its images, in pixels. */
  public int smallestSide() {
    return smallestSide;
  }

  /**
   * The greatest height and width of the images that it is made for, in pixels. It takes larger
   * ones, but sees too little of them at once and computes much for what it sees.
   */
  public int largestSide() {
    return largestSide;
  }

  /** How it is trained unless the user says otherwise. */
  public Defaults defaults() {
    return defaults;
  }

  /**
   * Its network for images of a shape.
   *
   * @param dropout rate of the features before the last layer, in [0, 1); 0 for no dropout layer
   * @throws dev.onecycle.error.InvalidValueException where the images are too small
   */
  public Network network(ImageShape input, int classes, double dropout) {
    Require.that(
        Math.min(input.height(), input.width()) >= smallestSide,
        "image size",
        "at least " + smallestSide + "×" + smallestSide + " for " + name,
        input,
        input);
    return architecture.network(input, classes, dropout);
  }

  @Override
  public String toString() {
    return name;
  }
}
