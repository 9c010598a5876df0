package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.Require;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a training run, apart from the policy: its length, its batches and its evaluations.
 *
 * <p>A value, begun by {@link #of} and changed by its {@code with} methods.
 */
public final class TrainingPlan {
  /** No end within an epoch. */
  private static final long WHOLE_EPOCHS = Long.MAX_VALUE;

  private final Values values;

  private TrainingPlan(Values values) {
    this.values = values;
  }

  private record Values(
      int epochs,
      int batchSize,
      Augmentation augmentation,
      long seed,
      int reestimatedBatches,
      int evaluateEvery,
      long maxSteps,
      Sampling sampling,
      List<Metric> metrics) {
    Values {
      metrics = List.copyOf(metrics);
      Require.atLeast("epochs", epochs, 1);
      Require.atLeast("batch size", batchSize, 1);
      Require.atLeast("re-estimated batches", reestimatedBatches, 0);
      Require.atLeast("epochs between evaluations", evaluateEvery, 1);
      Require.atLeast("steps", maxSteps, 1);
    }
  }

  /**
   * A plan of whole epochs, evaluated after each, with the standard augmentation and seed 0.
   *
   * @param epochs passes over the training images
   * @param batchSize images an optimizer step; the last batch of an epoch may be smaller
   */
  public static TrainingPlan of(int epochs, int batchSize) {
    return new TrainingPlan(
        new Values(
            epochs,
            batchSize,
            Augmentation.standard(),
            0,
            0,
            1,
            WHOLE_EPOCHS,
            Sampling.SHUFFLED,
            List.of()));
  }

  /** The same plan with another augmentation of training images; evaluation sees none. */
  public TrainingPlan withAugmentation(Augmentation value) {
    return with(value, seed(), reestimatedBatches(), evaluateEvery());
  }

  /** The same plan with another seed of order and augmentation. */
  public TrainingPlan withSeed(long value) {
    return with(augmentation(), value, reestimatedBatches(), evaluateEvery());
  }

  /**
   * The same plan with another number of training batches from which the running statistics of
   * batch norms are estimated anew before each evaluation; 0 to evaluate with the running ones.
   */
  public TrainingPlan withReestimatedBatches(int value) {
    return with(augmentation(), seed(), value, evaluateEvery());
  }

  /**
   * The same plan with another number of epochs between evaluations; the last epoch is always
   * evaluated.
   */
  public TrainingPlan withEvaluateEvery(int value) {
    return with(augmentation(), seed(), reestimatedBatches(), value);
  }

  /** The same plan with images drawn in another way. */
  public TrainingPlan withSampling(Sampling value) {
    return new TrainingPlan(
        new Values(
            epochs(),
            batchSize(),
            augmentation(),
            seed(),
            reestimatedBatches(),
            evaluateEvery(),
            values.maxSteps,
            value,
            values.metrics));
  }

  /** The same plan with other metrics; the first one tells the best epoch. */
  public TrainingPlan withMetrics(List<Metric> value) {
    return new TrainingPlan(
        new Values(
            epochs(),
            batchSize(),
            augmentation(),
            seed(),
            reestimatedBatches(),
            evaluateEvery(),
            values.maxSteps,
            values.sampling,
            value));
  }

  /** The metrics of its evaluations: the usual ones of the targets where none are given. */
  public List<Metric> metrics(Targets targets) {
    return values.metrics.isEmpty() ? Metric.usual(targets) : values.metrics;
  }

  private TrainingPlan with(
      Augmentation augmentation, long seed, int reestimatedBatches, int evaluateEvery) {
    return new TrainingPlan(
        new Values(
            epochs(),
            batchSize(),
            augmentation,
            seed,
            reestimatedBatches,
            evaluateEvery,
            values.maxSteps,
            values.sampling,
            values.metrics));
  }

  /**
   * The same plan over a number of steps: with as many epochs as they begin, the last of which ends
   * with the last step.
   */
  public TrainingPlan withSteps(long steps, int images) {
    Require.atLeast("steps", steps, 1);
    int batches = sampler(images).batchesPerEpoch();
    int epochs = Math.toIntExact((steps + batches - 1) / batches);
    return new TrainingPlan(
        new Values(
            epochs,
            batchSize(),
            augmentation(),
            seed(),
            reestimatedBatches(),
            evaluateEvery(),
            steps,
            values.sampling,
            values.metrics));
  }

  /** The number of passes over the training images. */
  public int epochs() {
    return values.epochs;
  }

  /** The number of images in an optimizer step. */
  public int batchSize() {
    return values.batchSize;
  }

  /** The augmentation of training images. */
  public Augmentation augmentation() {
    return values.augmentation;
  }

  /** The seed of order and augmentation. */
  public long seed() {
    return values.seed;
  }

  /** The number of batches from which the statistics of batch norms are estimated anew. */
  public int reestimatedBatches() {
    return values.reestimatedBatches;
  }

  /** The way of drawing the images of an epoch. */
  public Sampling sampling() {
    return values.sampling;
  }

  /** The number of epochs between evaluations. */
  public int evaluateEvery() {
    return values.evaluateEvery;
  }

  /** Whether the network is evaluated after an epoch, zero-based. */
  public boolean evaluates(int epoch) {
    return (epoch + 1) % evaluateEvery() == 0 || epoch == epochs() - 1;
  }

  /** The order of the training images. */
  public Sampler sampler(Dataset train) {
    return Sampler.of(values.sampling, train, batchSize(), seed());
  }

  /** The batches of so many images, whatever their order. */
  public Sampler sampler(int images) {
    return Sampler.shuffled(images, batchSize(), seed());
  }

  /** The number of optimizer steps of the whole run. */
  public long steps(int images) {
    return Math.min(values.maxSteps, (long) epochs() * sampler(images).batchesPerEpoch());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrainingPlan plan && values.equals(plan.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
