package dev.onecycle.torch.settings;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a learner: everything that its steps depend on apart from rate, momentum and
 * images.
 *
 * <p>A value, made by a {@link Builder}. Some settings may be left for the machine to choose: the
 * precision, the threads and the device.
 */
public final class LearnerSettings {
  /** The highest weight decay, and the highest rate of biases over the rate of other weights. */
  public static final double MAX_FACTOR = 1e6;

  private final Values values;

  private LearnerSettings(Values values) {
    this.values = values;
  }

  private record Values(
      Optimizer optimizer,
      double weightDecay,
      boolean decayNormAndBias,
      LayerRules layerRules,
      Loss loss,
      double gradientClip,
      int accumulation,
      Precision precision,
      double batchNormMomentum,
      boolean syncBatchNorm,
      double biasRate,
      long seed,
      int threads,
      Device device) {
    Values {
      Require.atLeast("weight decay", weightDecay, 0);
      Require.that(
          weightDecay <= MAX_FACTOR, "weight decay", "at most 1e6", weightDecay, weightDecay);
      Require.atLeast("gradient clip", gradientClip, 0);
      Require.atLeast("accumulation", accumulation, 1);
      Require.that(
          batchNormMomentum > 0 && batchNormMomentum <= 1,
          "batch norm momentum",
          "in (0, 1]",
          batchNormMomentum,
          batchNormMomentum);
      Require.positive("bias rate", biasRate);
      Require.that(biasRate <= MAX_FACTOR, "bias rate", "at most 1e6", biasRate, biasRate);
      Require.that(
          biasRate == 1 || optimizer.followsGradientSize(),
          "bias rate",
          "1 for " + optimizer.name() + ", whose steps do not depend on the size of a gradient,",
          biasRate,
          biasRate);
      Require.atLeast("threads", threads, 0);
      Require.that(
          threads <= 1 || device != Device.CUDA,
          "threads",
          "1 or left out on a GPU, which computes whole batches,",
          threads,
          threads);
    }
  }

  /** The sources' settings: SGD, weight decay 1e-4 on every parameter. */
  public static LearnerSettings defaults() {
    return builder().build();
  }

  /** A builder that begins with the sources' settings. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that begins with these settings. */
  public Builder toBuilder() {
    return builder()
        .optimizer(values.optimizer)
        .weightDecay(values.weightDecay)
        .decayNormAndBias(values.decayNormAndBias)
        .layerRules(values.layerRules)
        .loss(values.loss)
        .gradientClip(values.gradientClip)
        .accumulation(values.accumulation)
        .precision(values.precision)
        .batchNormMomentum(values.batchNormMomentum)
        .syncBatchNorm(values.syncBatchNorm)
        .biasRate(values.biasRate)
        .seed(values.seed)
        .threads(values.threads)
        .device(values.device);
  }

  /** The same settings with another weight decay. */
  public LearnerSettings withWeightDecay(double value) {
    return toBuilder().weightDecay(value).build();
  }

  /** The same settings with another seed. */
  public LearnerSettings withSeed(long value) {
    return toBuilder().seed(value).build();
  }

  /** The rule that updates the weights from their gradients. */
  public Optimizer optimizer() {
    return values.optimizer;
  }

  /** The strength of the weight decay, at least 0. */
  public double weightDecay() {
    return values.weightDecay;
  }

  /** Whether batch norms and biases decay too, as in the sources. */
  public boolean decayNormAndBias() {
    return values.decayNormAndBias;
  }

  /** The layers that are frozen, or learn at a rate or with a weight decay of their own. */
  public LayerRules layerRules() {
    return values.layerRules;
  }

  /** The function of outputs and targets that training lowers. */
  public Loss loss() {
    return values.loss;
  }

  /**
   * The largest norm of the whole gradient; a longer gradient is scaled down to it. 0 for no limit.
   */
  public double gradientClip() {
    return values.gradientClip;
  }

  /**
   * The number of parts in which each replica computes its share of a batch, one after the other,
   * to save memory. The update is the same; batch norms see the parts.
   */
  public int accumulation() {
    return values.accumulation;
  }

  /** The type of convolutions and matrix products. */
  public Precision precision() {
    return values.precision;
  }

  /** The weight of a batch in the running statistics of batch norms, in (0, 1]; 0.1 in PyTorch. */
  public double batchNormMomentum() {
    return values.batchNormMomentum;
  }

  /**
   * Whether batch norms take their statistics in training from the whole batch, over all replicas
   * and ranks, and not each from the images of one replica.
   */
  public boolean syncBatchNorm() {
    return values.syncBatchNorm;
  }

  /**
   * The learning rate of biases, divided by the rate of the other weights; 1 in the sources.
   *
   * <p><i>Source:</i> K. Jordan 2024 (arXiv 2404.00498, section 3.4), who takes 64.
   */
  public double biasRate() {
    return values.biasRate;
  }

  /** The seed of initial weights and dropout. */
  public long seed() {
    return values.seed;
  }

  /** The number of threads of the engine; 0 for one a core, and one on a GPU. */
  public int threads() {
    return values.threads;
  }

  /** The device that computes. */
  public Device device() {
    return values.device;
  }

  /** The optimizer in a few words for people, with the bias rate, which its steps depend on too. */
  public String describeOptimizer() {
    String biases =
        values.biasRate == 1
            ? ""
            : ", biases at " + Numbers.brief(values.biasRate) + " times the rate";
    return values.optimizer.describe() + biases;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LearnerSettings settings && values.equals(settings.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** The settings by name, for messages of tests. */
  @Override
  public String toString() {
    return values.toString();
  }

  /** Collects settings; each method sets the setting of its name. */
  public static final class Builder {
    private Optimizer optimizer = Optimizer.sgd();
    private double weightDecay = 1e-4;
    private boolean decayNormAndBias = true;
    private LayerRules layerRules = LayerRules.none();
    private Loss loss = Loss.crossEntropy();
    private double gradientClip = 0;
    private int accumulation = 1;
    private Precision precision = Precision.AUTO;
    private double batchNormMomentum = 0.1;
    private boolean syncBatchNorm = false;
    private double biasRate = 1;
    private long seed = 0;
    private int threads = 0;
    private Device device = Device.CPU;

    private Builder() {}

    /** See {@link LearnerSettings#optimizer}. */
    public Builder optimizer(Optimizer value) {
      optimizer = value;
      return this;
    }

    /** See {@link LearnerSettings#weightDecay}. */
    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    /** See {@link LearnerSettings#decayNormAndBias}. */
    public Builder decayNormAndBias(boolean value) {
      decayNormAndBias = value;
      return this;
    }

    /** See {@link LearnerSettings#layerRules}. */
    public Builder layerRules(LayerRules value) {
      layerRules = value;
      return this;
    }

    /** See {@link LearnerSettings#loss}. */
    public Builder loss(Loss value) {
      loss = value;
      return this;
    }

    /** See {@link LearnerSettings#gradientClip}. */
    public Builder gradientClip(double value) {
      gradientClip = value;
      return this;
    }

    /** See {@link LearnerSettings#accumulation}. */
    public Builder accumulation(int value) {
      accumulation = value;
      return this;
    }

    /** See {@link LearnerSettings#precision}. */
    public Builder precision(Precision value) {
      precision = value;
      return this;
    }

    /** See {@link LearnerSettings#batchNormMomentum}. */
    public Builder batchNormMomentum(double value) {
      batchNormMomentum = value;
      return this;
    }

    /** See {@link LearnerSettings#syncBatchNorm}. */
    public Builder syncBatchNorm(boolean value) {
      syncBatchNorm = value;
      return this;
    }

    /** See {@link LearnerSettings#biasRate}. */
    public Builder biasRate(double value) {
      biasRate = value;
      return this;
    }

    /** See {@link LearnerSettings#seed}. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** See {@link LearnerSettings#threads}. */
    public Builder threads(int value) {
      threads = value;
      return this;
    }

    /** See {@link LearnerSettings#device}. */
    public Builder device(Device value) {
      device = value;
      return this;
    }

    /** The settings, or an error that names the one out of range. */
    public LearnerSettings build() {
      return new LearnerSettings(
          new Values(
              optimizer,
              weightDecay,
              decayNormAndBias,
              layerRules,
              loss,
              gradientClip,
              accumulation,
              precision,
              batchNormMomentum,
              syncBatchNorm,
              biasRate,
              seed,
              threads,
              device));
    }
  }
}
