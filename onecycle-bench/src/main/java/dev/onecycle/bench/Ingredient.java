package dev.onecycle.bench;

import dev.onecycle.augment.Flip;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.MirrorMean;
import dev.onecycle.torch.nn.Layer.Named;
import dev.onecycle.torch.nn.Layer.Sequential;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.train.Defaults;
import dev.onecycle.torch.train.LearnerSettings;
import dev.onecycle.torch.train.Optimizer;
import java.util.function.UnaryOperator;

/** What the model {@code fast} and its defaults are made of, and how to leave a part out. */
enum Ingredient {
  WHITENING("a trained first convolution instead of the whitening"),
  IDENTITY_START("He's initial weights instead of identities"),
  ACTIVATION("ReLU instead of GELU, or the other way round"),
  LABEL_SMOOTHING("no label smoothing"),
  ALTERNATING_FLIP("random flips instead of alternating ones"),
  MIRROR_MEAN("judging an image without its mirror image"),
  BIAS_RATE("one learning rate for biases and weights"),
  NESTEROV("plain momentum instead of Nesterov's"),
  BATCH_NORM_MOMENTUM("a batch norm momentum of 0.1");

  private final String without;

  Ingredient(String without) {
    this.without = without;
  }

  /** What is done instead. */
  String without() {
    return without;
  }

  /** The network without this. */
  Network leftOut(Network network) {
    return new Network(
        network.name(),
        network.input(),
        network.classes(),
        each(network.layers(), this::replacement));
  }

  private Layer replacement(Layer layer) {
    return switch (this) {
      case WHITENING ->
          layer instanceof Layer.Whitening w
              ? new Conv(w.in(), w.out(), w.kernel(), 1, 0, true)
              : layer;
      case IDENTITY_START ->
          layer instanceof Conv c
              ? new Conv(c.in(), c.out(), c.kernel(), c.stride(), c.padding(), c.bias())
              : layer;
      case ACTIVATION ->
          layer instanceof Layer.Gelu
              ? new Layer.Relu()
              : layer instanceof Layer.Relu ? new Layer.Gelu() : layer;
      case MIRROR_MEAN -> layer instanceof MirrorMean mirrored ? mirrored.body() : layer;
      default -> layer;
    };
  }

  private static Layer each(Layer layer, UnaryOperator<Layer> change) {
    Layer inside = layer;
    if (layer instanceof MirrorMean mirrored) {
      inside = new MirrorMean(each(mirrored.body(), change));
    } else if (layer instanceof Sequential sequence) {
      inside =
          new Sequential(
              sequence.parts().stream()
                  .map(part -> new Named(part.name(), each(part.layer(), change)))
                  .toList());
    }
    return change.apply(inside);
  }

  /** The defaults without this. */
  Defaults leftOut(Defaults defaults) {
    LearnerSettings.Builder settings = defaults.settings().toBuilder();
    switch (this) {
      case LABEL_SMOOTHING -> settings.labelSmoothing(0);
      case BIAS_RATE -> settings.biasRate(1);
      case NESTEROV -> settings.optimizer(Optimizer.sgd());
      case BATCH_NORM_MOMENTUM -> settings.batchNormMomentum(0.1);
      default -> {}
    }
    return new Defaults(
        defaults.batchSize(),
        settings.build(),
        this == ALTERNATING_FLIP
            ? defaults.augmentation().withFlip(Flip.RANDOM)
            : defaults.augmentation());
  }
}
