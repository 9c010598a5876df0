package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.range.LossScale;
import dev.onecycle.torch.settings.LearnerSettings;
import java.util.Arrays;
import java.util.List;

/**
 * The training loss of a network that knows nothing but how common each class is, under the
 * settings that change it: class weights, sampling and label smoothing.
 */
final class ChanceLoss {
  private static final double WEIGHT_UNIT = 1e4;

  private ChanceLoss() {}

  /** The loss, see {@link LossScale#ofClasses}; ln K where all images are of one class. */
  static double of(ImageDataset train, Sampling sampling, LearnerSettings settings) {
    long[] counts = weightedCounts(train, sampling, settings);
    return Arrays.stream(counts).filter(count -> count > 0).count() < 2
        ? Math.log(counts.length)
        : LossScale.ofClasses(counts, settings.labelSmoothing(), 1).chance();
  }

  /** The drawn images of the classes times their weights: a scale needs their shares alone. */
  static long[] weightedCounts(ImageDataset train, Sampling sampling, LearnerSettings settings) {
    long[] counts = train.classCounts();
    if (sampling == Sampling.BALANCED) {
      counts = Arrays.stream(counts).map(count -> Math.min(count, 1)).toArray();
    }
    List<Double> weights = settings.classWeights();
    for (int c = 0; c < counts.length && !weights.isEmpty(); c++) {
      counts[c] = Math.round(WEIGHT_UNIT * counts[c] * weights.get(c));
    }
    return counts;
  }
}
