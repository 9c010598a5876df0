package dev.onecycle.torch.settings;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.engine.Cpu;
import dev.onecycle.torch.train.Engine;

/**
 * How a learner trains, apart from the policy.
 *
 * @param optimizer how gradients move weights
 * @param weightDecay strength of the pull towards zero, at least 0
 * @param decayNormAndBias whether batch norms and biases decay too, as in the sources
 * @param labelSmoothing share of each target spread over all classes, in [0, 1) (Szegedy et al.
 *     2015, arXiv 1512.00567, section 7)
 * @param gradientClip largest norm of the whole gradient, longer ones are scaled down to it; 0 for
 *     no limit
 * @param accumulation parts in which a batch is computed, one after the other, to save memory; the
 *     update is that of the whole batch, but batch norms see the parts
 * @param precision type of convolutions and matrix products
 * @param batchNormMomentum weight of a batch in the running statistics, in (0, 1]; PyTorch's 0.1
 * @param biasRate learning rate of biases over that of the other weights, for SGD; 1 in the
 *     sources, 64 in K. Jordan 2024 (arXiv 2404.00498, section 3.4)
 * @param seed of initial weights and dropout
 * @param threads of the engine; 0 for one a core, and one on a GPU
 * @param device what is computed on
 */
public record LearnerSettings(
    Optimizer optimizer,
    double weightDecay,
    boolean decayNormAndBias,
    double labelSmoothing,
    double gradientClip,
    int accumulation,
    Precision precision,
    double batchNormMomentum,
    double biasRate,
    long seed,
    int threads,
    Device device) {
  private static final int MOST_REPLICAS = 256;

  public LearnerSettings {
    Require.atLeast("weight decay", weightDecay, 0);
    Require.inHalfOpen("label smoothing", labelSmoothing, 0, 1);
    Require.atLeast("gradient clip", gradientClip, 0);
    Require.atLeast("accumulation", accumulation, 1);
    Require.that(
        batchNormMomentum > 0 && batchNormMomentum <= 1,
        "batch norm momentum",
        "in (0, 1]",
        batchNormMomentum,
        batchNormMomentum);
    Require.positive("bias rate", biasRate);
    Require.that(
        biasRate == 1 || !(optimizer instanceof Optimizer.AdamW),
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

  /**
   * The device that {@link Device#AUTO} comes to on this machine, which loads the engine, or the
   * one that is set.
   */
  public Device resolvedDevice() {
    return device != Device.AUTO ? device : Engine.seesGpu() ? Device.CUDA : Device.CPU;
  }

  /** The precision that {@link Precision#AUTO} comes to on this machine, or the one that is set. */
  public Precision resolvedPrecision() {
    boolean bfloat16 =
        precision == Precision.BF16
            || (precision == Precision.AUTO
                && (resolvedDevice() == Device.CUDA || Cpu.multipliesBfloat16Faster()));
    return bfloat16 ? Precision.BF16 : Precision.FP32;
  }

  /** The number of threads that 0 comes to on this machine, at most 256, or the one that is set. */
  public int resolvedThreads() {
    if (resolvedDevice() == Device.CUDA) {
      return 1;
    }
    return threads > 0
        ? threads
        : Math.min(MOST_REPLICAS, Runtime.getRuntime().availableProcessors());
  }

  /** The optimizer in a few words for people, with whatever else its steps depend on. */
  public String describeOptimizer() {
    String biases =
        biasRate == 1 ? "" : ", biases at " + Numbers.brief(biasRate) + " times the rate";
    return optimizer.describe() + biases;
  }

  /** The sources' settings: SGD, weight decay 1e-4 on every parameter. */
  public static LearnerSettings defaults() {
    return builder().build();
  }

  /** The same settings with another weight decay. */
  public LearnerSettings withWeightDecay(double value) {
    return toBuilder().weightDecay(value).build();
  }

  /** The same settings with another seed. */
  public LearnerSettings withSeed(long value) {
    return toBuilder().seed(value).build();
  }

  /** Settings to change, from these on. */
  public Builder toBuilder() {
    return builder()
        .optimizer(optimizer)
        .weightDecay(weightDecay)
        .decayNormAndBias(decayNormAndBias)
        .labelSmoothing(labelSmoothing)
        .gradientClip(gradientClip)
        .accumulation(accumulation)
        .precision(precision)
        .batchNormMomentum(batchNormMomentum)
        .biasRate(biasRate)
        .seed(seed)
        .threads(threads)
        .device(device);
  }

  /** Settings to change, from the sources' on. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects settings; each method sets the component of its name. */
  public static final class Builder {
    private Optimizer optimizer = Optimizer.sgd();
    private double weightDecay = 1e-4;
    private boolean decayNormAndBias = true;
    private double labelSmoothing = 0;
    private double gradientClip = 0;
    private int accumulation = 1;
    private Precision precision = Precision.AUTO;
    private double batchNormMomentum = 0.1;
    private double biasRate = 1;
    private long seed = 0;
    private int threads = 0;
    private Device device = Device.CPU;

    private Builder() {}

    public Builder optimizer(Optimizer value) {
      optimizer = value;
      return this;
    }

    public Builder weightDecay(double value) {
      weightDecay = value;
      return this;
    }

    public Builder decayNormAndBias(boolean value) {
      decayNormAndBias = value;
      return this;
    }

    public Builder labelSmoothing(double value) {
      labelSmoothing = value;
      return this;
    }

    public Builder gradientClip(double value) {
      gradientClip = value;
      return this;
    }

    public Builder accumulation(int value) {
      accumulation = value;
      return this;
    }

    public Builder precision(Precision value) {
      precision = value;
      return this;
    }

    public Builder batchNormMomentum(double value) {
      batchNormMomentum = value;
      return this;
    }

    public Builder biasRate(double value) {
      biasRate = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder threads(int value) {
      threads = value;
      return this;
    }

    public Builder device(Device value) {
      device = value;
      return this;
    }

    /** The settings, or an error that names the one out of range. */
    public LearnerSettings build() {
      return new LearnerSettings(
          optimizer,
          weightDecay,
          decayNormAndBias,
          labelSmoothing,
          gradientClip,
          accumulation,
          precision,
          batchNormMomentum,
          biasRate,
          seed,
          threads,
          device);
    }
  }
}
