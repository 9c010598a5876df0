package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.Require;
import dev.onecycle.run.Conditions;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.tune.Hyperparameter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The setup of a training, apart from the length and the peak of its cycle. A range test has the
 * same setup as the training that it prepares.
 *
 * @param network to train
 * @param batchSize images an optimizer step
 * @param momentum at the peak rate; β1 for AdamW
 * @param augmentation of training images
 * @param settings of the learner
 * @param sampling how the images of an epoch are drawn
 */
public record Setup(
    Network network,
    int batchSize,
    double momentum,
    Augmentation augmentation,
    LearnerSettings settings,
    Sampling sampling) {
  /** The condition of the parts that a batch is cut into: batch norms see each by itself. */
  public static final String REPLICAS = "replicas";

  public Setup {
    Require.atLeast("batch size", batchSize, 1);
    Require.inHalfOpen("momentum", momentum, 0, 1);
  }

  /** A setup that takes every image once in an epoch. */
  public Setup(
      Network network,
      int batchSize,
      double momentum,
      Augmentation augmentation,
      LearnerSettings settings) {
    this(network, batchSize, momentum, augmentation, settings, Sampling.SHUFFLED);
  }

  /** The same setup with images drawn in another way. */
  public Setup withSampling(Sampling value) {
    return new Setup(network, batchSize, momentum, augmentation, settings, value);
  }

  /** The same setup with another value of one hyper-parameter. */
  public Setup with(Hyperparameter parameter, double value) {
    parameter.require(value);
    return switch (parameter) {
      case WEIGHT_DECAY ->
          new Setup(
              network,
              batchSize,
              momentum,
              augmentation,
              settings.withWeightDecay(value),
              sampling);
      case DROPOUT ->
          new Setup(
              network.withDropout(value), batchSize, momentum, augmentation, settings, sampling);
      case MOMENTUM -> new Setup(network, batchSize, value, augmentation, settings, sampling);
      case BATCH_SIZE ->
          new Setup(network, (int) value, momentum, augmentation, settings, sampling);
    };
  }

  /** The same setup but for some values. */
  public Setup with(Map<Hyperparameter, Double> values) {
    Setup changed = this;
    for (Map.Entry<Hyperparameter, Double> value : values.entrySet()) {
      changed = changed.with(value.getKey(), value.getValue());
    }
    return changed;
  }

  /** The value of one hyper-parameter. */
  public double value(Hyperparameter parameter) {
    return switch (parameter) {
      case WEIGHT_DECAY -> settings.weightDecay();
      case DROPOUT -> network.dropout();
      case MOMENTUM -> momentum;
      case BATCH_SIZE -> batchSize;
    };
  }

  /** The same setup with other initial weights and dropout. */
  public Setup withSeed(long seed) {
    return new Setup(network, batchSize, momentum, augmentation, settings.withSeed(seed), sampling);
  }

  /**
   * The conditions of results that are found with this setup.
   *
   * @param fingerprint of the training images
   */
  public Conditions conditions(String fingerprint) {
    return conditions(fingerprint, network.outputs() + " classes");
  }

  /**
   * The conditions of results that are found with this setup on data of any kind.
   *
   * @param fingerprint of the training samples
   */
  public Conditions conditions(String fingerprint, Targets targets) {
    String described = targets.describe();
    return conditions(
        fingerprint,
        targets instanceof Targets.Classes
            ? described
            : described + " (" + String.join(", ", targets.names()) + ")");
  }

  private Conditions conditions(String fingerprint, String targets) {
    Compute compute = Compute.of(settings);
    SampleLayout input = network.input();
    Conditions conditions =
        Conditions.none()
            .with("model", network.structure())
            .with(
                "data",
                Numbers.format(
                    "%s of %ss %s, sha256 %s", targets, input.noun(), input, fingerprint))
            .with("batch_size", batchSize)
            .with(REPLICAS, settings.syncBatchNorm() ? 1 : compute.threads())
            .with("optimizer", settings.describeOptimizer())
            .with("weight_decay", settings.weightDecay())
            .with("norm_decay", settings.decayNormAndBias())
            .with("dropout", network.dropout())
            .with("momentum_at_peak", momentum)
            .with("loss", settings.loss().describe())
            .with("clip", settings.gradientClip())
            .with("accumulate", settings.accumulation())
            .with("batchnorm_momentum", settings.batchNormMomentum())
            .with("augmentation", augmentation.describe())
            .with("precision", compute.precision().name().toLowerCase(Locale.ROOT));
    if (!settings.layerRules().isNone()) {
      conditions = conditions.with("layers", settings.layerRules().describe());
    }
    return sampling == Sampling.SHUFFLED ? conditions : conditions.with("sampling", "balanced");
  }

  /** The same setup with other weights of classes in the loss. */
  public Setup withClassWeights(List<Double> weights) {
    Loss.CrossEntropy weighted = ((Loss.CrossEntropy) settings.loss()).withClassWeights(weights);
    return new Setup(
        network,
        batchSize,
        momentum,
        augmentation,
        settings.toBuilder().loss(weighted).build(),
        sampling);
  }
}
