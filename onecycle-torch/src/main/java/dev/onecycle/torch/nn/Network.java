package dev.onecycle.torch.nn;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import java.util.UUID;

/**
 * A network with its name and what goes in and comes out: uint8 images [N, C, H, W] to class scores
 * float [N, classes].
 *
 * @param name what run records and weight files call it
 * @param input the shape of one image
 * @param classes the number of class scores
 * @param layers float images, normalised, to scores
 */
public record Network(String name, ImageShape input, int classes, Layer layers) {
  public Network {
    Require.atLeast("classes", classes, 2);
  }

  /**
   * The multiplications of its convolutions and matrices for one image, forward; training takes
   * three times as many, and as many additions.
   */
  public long multiplications() {
    return MacCount.of(input).through(layers).count();
  }

  /** The share that its first {@link Layer.Dropout} drops; 0 where there is none. */
  public double dropout() {
    return DropoutRate.of(layers).orElse(0);
  }

  /**
   * The same network with another share in every {@link Layer.Dropout}.
   *
   * @throws dev.onecycle.error.InvalidValueException where it has none and the share is not 0
   */
  public Network withDropout(double share) {
    if (share != 0 && DropoutRate.of(layers).isEmpty()) {
      throw Require.invalid(
          "dropout", "0 for " + name + ", which has no layer of it,", share, "add one");
    }
    return new Network(name, input, classes, DropoutRate.set(layers, share));
  }

  /** Name and structure in a few words, equal for networks that differ by dropout alone. */
  public String structure() {
    String layers = DropoutRate.without(this.layers).toString();
    UUID hash = UUID.nameUUIDFromBytes((input + " " + classes + layers).getBytes(UTF_8));
    return name + " " + hash.toString().substring(0, 8);
  }
}
