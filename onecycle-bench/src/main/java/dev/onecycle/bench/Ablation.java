package dev.onecycle.bench;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Flip;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.Residual;
import dev.onecycle.torch.nn.Layer.Sequential;
import dev.onecycle.torch.nn.Layer.ViewMean;
import dev.onecycle.torch.nn.Layer.ViewMean.Views;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Optimizer;
import java.util.function.UnaryOperator;

/** A part of the model {@code fast} and its defaults that can be left out. */
enum Ablation {
  RESIDUAL("one convolution in place of the two that add to each block"),
  WHITENING("a trained first convolution instead of the whitening"),
  IDENTITY_INIT("He's initial weights instead of identities"),
  ACTIVATION("ReLU instead of GELU, or the other way round"),
  LABEL_SMOOTHING("no label smoothing"),
  RANDOM_FLIP("alternating flips instead of random ones, or the other way round"),
  SHIFTED_VIEWS("evaluation of an image and its mirror image, without shifted ones"),
  VIEWS("evaluation of an image as it is"),
  BIAS_RATE("one learning rate for biases and weights"),
  MUON("convolutions updated by Nesterov's momentum, as all else, instead of Muon"),
  BATCH_NORM_MOMENTUM("a batch norm momentum of 0.1");

  private final String replacement;

  Ablation(String replacement) {
    this.replacement = replacement;
  }

  /** The replacement of the part, for the table. */
  String replacement() {
    return replacement;
  }

  /** Whether training is the same without the part. */
  boolean onlyInEvaluation() {
    return this == SHIFTED_VIEWS || this == VIEWS;
  }

  /** The network without the part. */
  Network leftOut(Network network) {
    return new Network(
        network.name(), network.input(), network.outputs(), each(network.layers(), this::replaced));
  }

  private Layer replaced(Layer layer) {
    return switch (this) {
      case RESIDUAL -> layer instanceof Residual residual ? firstHalf(residual.body()) : layer;
      case WHITENING ->
          layer instanceof Layer.Whitening w
              ? new Conv(w.in(), w.out(), w.kernel(), 1, 0, true)
              : layer;
      case IDENTITY_INIT -> layer instanceof Conv c ? c.withInit(Conv.Init.HE) : layer;
      case ACTIVATION ->
          layer instanceof Layer.Gelu
              ? new Layer.Relu()
              : layer instanceof Layer.Relu ? new Layer.Gelu() : layer;
      case SHIFTED_VIEWS ->
          layer instanceof ViewMean mean ? new ViewMean(mean.body(), Views.FLIP) : layer;
      case VIEWS -> layer instanceof ViewMean mean ? mean.body() : layer;
      default -> layer;
    };
  }

  /** The first convolution and batch norm of a body; the activation after it is the block's. */
  private static Layer firstHalf(Layer body) {
    return new Sequential(((Sequential) body).parts().subList(0, 2));
  }

  private static Layer each(Layer layer, UnaryOperator<Layer> change) {
    return change.apply(layer.mapChildren(child -> each(child, change)));
  }

  /** The defaults without the part. */
  ModelSpec.Defaults leftOut(ModelSpec.Defaults defaults) {
    LearnerSettings.Builder settings = defaults.settings().toBuilder();
    switch (this) {
      case LABEL_SMOOTHING -> settings.loss(Loss.crossEntropy());
      case BIAS_RATE -> settings.biasRate(1);
      case MUON -> settings.optimizer(new Optimizer.Sgd(true, true));
      case BATCH_NORM_MOMENTUM -> settings.batchNormMomentum(0.1);
      default -> {}
    }
    return new ModelSpec.Defaults(
        defaults.batchSize(),
        settings.build(),
        this == RANDOM_FLIP ? otherFlip(defaults.augmentation()) : defaults.augmentation());
  }

  private static Augmentation otherFlip(Augmentation augmentation) {
    return augmentation.withFlip(augmentation.flip() == Flip.RANDOM ? Flip.ALTERNATE : Flip.RANDOM);
  }
}
