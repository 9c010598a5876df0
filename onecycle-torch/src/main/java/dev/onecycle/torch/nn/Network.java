package dev.onecycle.torch.nn;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Sha256;
import java.util.OptionalDouble;

/**
 * A network: its name, its layers, and the shapes of its input and output. It maps uint8 images [N,
 * C, H, W] to class scores, float [N, classes].
 *
 * @param name used by run records and weight files
 * @param input the shape of one image
 * @param classes the number of class scores
 * @param layers from float images, normalised, to scores; each must fit the shape that it gets, and
 *     the last one must give a score for each class
 */
public record Network(String name, ImageShape input, int classes, Layer layers) {
  public Network {
    Require.atLeast("classes", classes, 2);
    Trace scores = layers.trace(Trace.of(input));
    requireWhiteningFirst(layers, true);
    if (scores.image() || scores.channels() != classes) {
      throw Require.invalid(
          "output of " + name,
          "a score for each of " + classes + " classes",
          scores.shape(),
          "end with a Linear layer of out=" + classes);
    }
  }

  /**
   * The filters of a {@link Layer.Whitening} are computed from the images, so it must get them.
   *
   * @param first whether the layer gets the images
   * @return whether a layer after it gets them too: it is the identity
   */
  private static boolean requireWhiteningFirst(Layer layer, boolean first) {
    if (layer instanceof Layer.Whitening && !first) {
      throw InvalidValueException.ofSeveral(
          "layer Whitening must come before all others, because its filters are computed from the"
              + " images, but comes after another; put it first");
    }
    boolean sequence = layer instanceof Layer.Sequential;
    boolean same = first;
    for (Layer child : layer.children()) {
      boolean identity = requireWhiteningFirst(child, sequence ? same : first);
      same &= identity;
    }
    return first && sequence && same;
  }

  /**
   * The multiplications of its convolutions and matrices for one image, forward; training takes
   * three times as many, and as many additions.
   */
  public long multiplications() {
    return layers.trace(Trace.of(input)).multiplications();
  }

  /**
   * The values that all of its layers compute from one image, forward. A training step keeps about
   * as many for its way back.
   */
  public long values() {
    return values(layers, Trace.of(input));
  }

  private static long values(Layer layer, Trace input) {
    if (layer.children().isEmpty()) {
      Trace output = layer.trace(input);
      return output.channels() * output.height() * output.width();
    }
    long sum = 0;
    Trace at = input;
    for (Layer child : layer.children()) {
      sum += values(child, at);
      if (layer instanceof Layer.Sequential) {
        at = child.trace(at);
      }
    }
    return sum;
  }

  /** The rate of its first {@link Layer.Dropout}; 0 where there is none. */
  public double dropout() {
    return firstDropout(layers).orElse(0);
  }

  private static OptionalDouble firstDropout(Layer layer) {
    return layer instanceof Layer.Dropout dropout
        ? OptionalDouble.of(dropout.rate())
        : layer.children().stream()
            .map(Network::firstDropout)
            .filter(OptionalDouble::isPresent)
            .findFirst()
            .orElse(OptionalDouble.empty());
  }

  /**
   * The same network with another rate in every {@link Layer.Dropout}.
   *
   * @throws dev.onecycle.error.InvalidValueException where it has none and the rate is not 0
   */
  public Network withDropout(double rate) {
    if (rate != 0 && firstDropout(layers).isEmpty()) {
      throw Require.invalid(
          "dropout", "0 for " + name + ", which has no layer of it,", rate, "add one");
    }
    return new Network(name, input, classes, withDropout(layers, rate));
  }

  private static Layer withDropout(Layer layer, double rate) {
    return layer instanceof Layer.Dropout
        ? new Layer.Dropout(rate)
        : layer.mapChildren(child -> withDropout(child, rate));
  }

  /**
   * The name and a hash of the {@linkplain NetworkJson canonical text}, such as {@code resnet20
   * 1f3a…}; equal for networks that differ by dropout alone.
   */
  public String structure() {
    Network same = new Network(name, input, classes, withoutDropout(layers));
    return name + " " + Sha256.of(NetworkJson.write(same)).substring(0, 12);
  }

  /** The same layers without the dropouts of sequences. */
  private static Layer withoutDropout(Layer layer) {
    Layer kept =
        layer instanceof Layer.Sequential sequence
            ? new Layer.Sequential(
                sequence.parts().stream()
                    .filter(part -> !(part.layer() instanceof Layer.Dropout))
                    .toList())
            : layer;
    return kept.mapChildren(Network::withoutDropout);
  }
}
