package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.LossScale;
import dev.onecycle.torch.engine.custom.TensorLoss;
import dev.onecycle.torch.settings.Loss;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The scales of losses on data: the loss of a network that gives every sample the same answer, the
 * best there is. Computed from the targets alone.
 */
final class LossScales {
  private static final double WEIGHT_UNIT = 1e4;

  /** Halvings of an interval of doubles, after which it is one number. */
  private static final int HALVINGS = 200;

  private LossScales() {}

  /**
   * The scale of a training loss; empty where a loss of the user's own does not tell it.
   *
   * @param samples whose mean is one loss
   * @throws BadDataException where every sample has the same target
   */
  static Optional<LossScale> ofTraining(Dataset train, Sampling sampling, Loss loss, long samples) {
    return loss instanceof Loss.CrossEntropy own
        ? Optional.of(
            LossScale.ofClasses(weightedCounts(train, sampling, own), own.smoothing(), samples))
        : ofTargets(train, loss, samples);
  }

  /**
   * The scale of the loss of an evaluation: without label smoothing and class weights. Empty where
   * all of its samples have one target, to which knowing nothing is no loss.
   */
  static Optional<LossScale> ofEvaluation(Dataset evaluation, Loss loss) {
    long always = Long.MAX_VALUE; // the same samples, without the noise of a batch
    if (loss instanceof Loss.CrossEntropy) {
      long[] counts = evaluation.classCounts();
      return Arrays.stream(counts).filter(count -> count > 0).count() < 2
          ? Optional.empty()
          : Optional.of(LossScale.ofClasses(counts, 0, always));
    }
    return haveOneTarget(evaluation, loss) ? Optional.empty() : ofTargets(evaluation, loss, always);
  }

  private static boolean haveOneTarget(Dataset data, Loss loss) {
    int outputs = loss instanceof TensorLoss ? 0 : data.targets().outputs();
    return outputs > 0
        && IntStream.range(0, data.size())
            .allMatch(
                i ->
                    IntStream.range(0, outputs)
                        .allMatch(k -> data.requireTarget(i, k) == data.requireTarget(0, k)));
  }

  /**
   * The training loss of knowing nothing, by which a rise of the loss is measured: of
   * cross-entropy, ln K where all images are of one class. As large as a number can be where it is
   * not known, so that no rise is a divergence.
   */
  static double chance(Dataset train, Sampling sampling, Loss loss) {
    if (loss instanceof Loss.CrossEntropy own) {
      long[] counts = weightedCounts(train, sampling, own);
      if (Arrays.stream(counts).filter(count -> count > 0).count() < 2) {
        return Math.log(counts.length);
      }
    }
    return ofTraining(train, sampling, loss, 1).map(LossScale::chance).orElse(Double.MAX_VALUE);
  }

  /** The drawn images of the classes times their weights: a scale needs their shares alone. */
  private static long[] weightedCounts(Dataset train, Sampling sampling, Loss.CrossEntropy loss) {
    long[] counts = train.classCounts();
    if (sampling == Sampling.BALANCED) {
      counts = Arrays.stream(counts).map(count -> Math.min(count, 1)).toArray();
    }
    List<Double> weights = loss.classWeights();
    for (int c = 0; c < counts.length && !weights.isEmpty(); c++) {
      counts[c] = Math.round(WEIGHT_UNIT * counts[c] * weights.get(c));
    }
    return counts;
  }

  private static Optional<LossScale> ofTargets(Dataset data, Loss loss, long samples) {
    if (loss instanceof TensorLoss custom) {
      return custom.scale(data, samples);
    }
    int outputs = data.targets().outputs();
    double[] losses = new double[data.size()];
    for (int k = 0; k < outputs; k++) {
      double[] targets = new double[data.size()];
      for (int i = 0; i < targets.length; i++) {
        targets[i] = data.requireTarget(i, k);
      }
      DoubleUnaryOperator ofTarget = ofConstant(loss, targets);
      for (int i = 0; i < targets.length; i++) {
        losses[i] += ofTarget.applyAsDouble(targets[i]) / outputs;
      }
    }
    double chance = Arrays.stream(losses).average().orElse(0);
    if (!(chance > 0)) {
      throw new BadDataException(
          "every "
              + data.layout().noun()
              + " has the same target, "
              + data.targets().describe()
              + "; nothing can be learned");
    }
    double variance =
        Arrays.stream(losses).map(each -> (each - chance) * (each - chance)).average().orElse(0);
    return Optional.of(new LossScale(chance, 0, Math.sqrt(variance / samples)));
  }

  /** The loss of a target for the constant answer that is the best one for all targets. */
  private static DoubleUnaryOperator ofConstant(Loss loss, double[] targets) {
    double mean = Arrays.stream(targets).average().orElse(0);
    if (loss instanceof Loss.BinaryCrossEntropy) {
      return t -> -share(t, mean) - share(1 - t, 1 - mean);
    }
    if (loss instanceof Loss.MeanSquaredError) {
      return t -> (t - mean) * (t - mean);
    }
    if (loss instanceof Loss.Huber huber) {
      double delta = huber.delta();
      double center = huberCenter(targets, delta);
      return t -> {
        double distance = Math.abs(t - center);
        return distance < delta ? distance * distance / 2 : delta * (distance - delta / 2);
      };
    }
    throw new IllegalArgumentException("no scale is known of " + loss.describe());
  }

  /** {@code share · ln p}; 0 where the share is. */
  private static double share(double share, double p) {
    return share == 0 ? 0 : share * Math.log(p);
  }

  /** The answer at which the clipped differences to all targets add up to 0. */
  private static double huberCenter(double[] targets, double delta) {
    double low = Arrays.stream(targets).min().orElse(0);
    double high = Arrays.stream(targets).max().orElse(0);
    for (int i = 0; i < HALVINGS && low < high; i++) {
      double middle = low + (high - low) / 2;
      double sum =
          Arrays.stream(targets).map(t -> Math.max(-delta, Math.min(delta, t - middle))).sum();
      if (sum > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low + (high - low) / 2;
  }
}
