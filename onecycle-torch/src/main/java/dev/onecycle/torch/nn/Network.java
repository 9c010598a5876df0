package dev.onecycle.torch.nn;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Sha256;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A network: its name, its layers, and the shapes of its input and output. It maps samples, such as
 * uint8 images [N, C, H, W], to float [N, outputs]: scores of classes or labels, or numbers. The
 * targets of the data tell the meaning of the outputs.
 *
 * @param name used by run records and weight files
 * @param input the layout of one sample
 * @param outputs the number of scores or numbers
 * @param layers from float samples, normalised, or from tokens, to the outputs; each must fit the
 *     shape that it gets
 */
public record Network(String name, SampleLayout input, int outputs, Layer layers) {
  public Network {
    Require.atLeast("outputs", outputs, 1);
    Trace scores = layers.trace(Trace.of(input));
    if (!input.isImage() && hasWhitening(layers)) {
      throw InvalidValueException.ofSeveral(
          "layer Whitening must get images, because its filters are computed from them, but "
              + name
              + " gets "
              + input);
    }
    requireWhiteningFirst(layers, true);
    if (scores.form() != Trace.Form.FEATURES || scores.channels() != outputs) {
      throw Require.invalid(
          "output of " + name,
          "one value for each of " + outputs + " outputs",
          scores.shape(),
          "end with a Linear layer of out=" + outputs);
    }
  }

  /** A network of images, with a score for each class. */
  public Network(String name, ImageShape input, int classes, Layer layers) {
    this(name, input.layout(), Require.atLeast("classes", classes, 2), layers);
  }

  private static boolean hasWhitening(Layer layer) {
    return layer instanceof Layer.Whitening
        || layer.children().stream().anyMatch(Network::hasWhitening);
  }

  /**
   * The shape of its images.
   *
   * @throws InvalidValueException where its samples are no images
   */
  public ImageShape imageShape() {
    return ImageShape.of(input);
  }

  /** The number of tokens that each of its embeddings has a vector for; empty without embedding. */
  public OptionalInt vocabulary() {
    return vocabularies(layers).min();
  }

  private static IntStream vocabularies(Layer layer) {
    return layer instanceof Layer.Embedding embedding
        ? IntStream.of(embedding.count())
        : layer.children().stream().flatMapToInt(Network::vocabularies);
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
    return new Network(name, input, outputs, withDropout(layers, rate));
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
    Network same = new Network(name, input, outputs, withoutDropout(layers));
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
