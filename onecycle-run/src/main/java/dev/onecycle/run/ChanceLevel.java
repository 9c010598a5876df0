package dev.onecycle.run;

import dev.onecycle.math.ClassShares;
import dev.onecycle.math.ShareInterval;
import dev.onecycle.record.EpochRecord.Evaluated;
import java.util.Optional;

/**
 * The results of a network that gives every evaluation image the same answer.
 *
 * <p>Where targets are no classes, there is a chance loss alone, and for some losses not even that:
 * what there is not is NaN.
 *
 * @param images number of evaluation images or samples
 * @param accuracy share of the most frequent class, in [0, 1]
 * @param agreement accuracy of the run's predictions if they did not depend on the images: the sum
 *     over the classes of their share of the labels times their share of the predictions (J. Cohen
 *     1960, "A coefficient of agreement for nominal scales"); {@code accuracy} if the predictions
 *     are not known
 * @param loss the lowest mean cross-entropy, in nats: the entropy of the class shares
 */
public record ChanceLevel(int images, double accuracy, double agreement, double loss) {
  /**
   * The name in the resolved settings of a run of the chance loss of targets that are no classes.
   */
  public static final String LOSS = "chance_loss";

  /**
   * The chance level of a run.
   *
   * @param record of the run; without a classification its classes count as equally frequent
   * @param classification of its evaluation images
   */
  public static ChanceLevel of(RunRecord record, Optional<ClassificationRecord> classification) {
    RunRecord.Data data = record.data();
    if (!record.task().hasClasses() || record.task().byProgram()) {
      double loss =
          record.resolved().get(LOSS) instanceof Number known ? known.doubleValue() : Double.NaN;
      Optional<ChanceLevel> counted =
          record.task().hasClasses()
              ? classification.map(c -> of(c.classification(), data.classes().size()))
              : Optional.empty();
      return new ChanceLevel(
          data.evaluationImages(),
          counted.map(ChanceLevel::accuracy).orElse(Double.NaN),
          counted.map(ChanceLevel::agreement).orElse(Double.NaN),
          loss);
    }
    int classes = Math.max(1, data.classes().size());
    return classification
        .map(counted -> of(counted.classification(), classes))
        .orElseGet(
            () ->
                new ChanceLevel(
                    data.evaluationImages(), 1.0 / classes, 1.0 / classes, Math.log(classes)));
  }

  private static ChanceLevel of(Classification classification, int classes) {
    long[] counts = new long[classes];
    double agreement = 0;
    double images = Math.max(1, classification.images());
    long most = 0;
    for (Classification.ClassCount each : classification.byClass(classes)) {
      counts[each.label()] = each.images();
      most = Math.max(most, each.images());
      agreement += each.images() / images * (each.predicted() / images);
    }
    return new ChanceLevel(
        classification.images(),
        most / images,
        agreement,
        most == 0 ? Math.log(classes) : ClassShares.entropy(counts));
  }

  /** The 95 % confidence interval of an accuracy on the evaluation images. */
  public ShareInterval interval(double share) {
    return ShareInterval.wilson(correct(share), Math.max(1, images));
  }

  /** The number of images that are classified correctly at an accuracy. */
  public long correct(double share) {
    return Math.round(share * images);
  }

  /**
   * Twice the standard error of a mean loss, estimated as if mistakes of the size of the chance
   * loss made it up. A smaller difference between two losses may be chance.
   */
  double noise(double meanLoss) {
    return !known() ? 0 : 2 * Math.sqrt(Math.max(0, meanLoss) * loss / Math.max(1, images));
  }

  /** Whether there are classes, and so an accuracy. */
  public boolean ofClasses() {
    return Double.isFinite(accuracy);
  }

  /** Whether the chance loss is known. */
  public boolean known() {
    return Double.isFinite(loss);
  }

  /**
   * Whether an evaluation shows that the network has learned: its accuracy is above chance with its
   * whole confidence interval, or its loss is below chance by more than the noise.
   */
  public boolean learned(Evaluated evaluated) {
    if (!known()) {
      return true; // nothing shows that it has not
    }
    return (ofClasses() && interval(evaluated.accuracy()).low() > agreement)
        || evaluated.loss() < loss - noise(loss);
  }
}
