package dev.onecycle.tune;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import java.util.List;
import java.util.Optional;

/**
 * The result of a short cycle, evaluated on images that it was not trained on.
 *
 * @param peak the peak rate of the cycle
 * @param epochs each epoch's losses and accuracy
 * @param images number that it was evaluated on
 * @param diverged whether a loss or gradient was not finite; the epochs then end before it
 */
public record CycleOutcome(double peak, List<EpochRecord> epochs, int images, boolean diverged) {
  public CycleOutcome {
    epochs = List.copyOf(epochs);
  }

  /** The accuracy at the end, in [0, 1]; 0 where it diverged. */
  public double accuracy() {
    return end().map(Evaluated::accuracy).orElse(0.0);
  }

  /** Mean loss over the images at the end; infinite where it diverged. */
  public double loss() {
    return end().map(Evaluated::loss).orElse(Double.POSITIVE_INFINITY);
  }

  private Optional<Evaluated> end() {
    return diverged
        ? Optional.empty()
        : EpochRecord.lastEvaluated(epochs).flatMap(EpochRecord::evaluated);
  }

  /**
   * The standard error of {@link #accuracy} that the number of images explains, as of a binomial
   * proportion; the seed of the cycle adds to it.
   */
  public double standardError() {
    double p = accuracy();
    return Math.sqrt(p * (1 - p) / Math.max(1, images));
  }
}
