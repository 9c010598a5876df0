package dev.onecycle.tune;

import dev.onecycle.run.EpochRecord;
import java.util.List;

/**
 * What a short cycle came to, judged by images that it was not trained on.
 *
 * @param peak the peak rate of the cycle
 * @param epochs each epoch's losses and accuracy
 * @param images how many images it was judged by
 * @param diverged whether a loss or gradient was not finite; the epochs are then those before
 */
public record CycleOutcome(double peak, List<EpochRecord> epochs, int images, boolean diverged) {
  public CycleOutcome {
    epochs = List.copyOf(epochs);
  }

  /** Share of the images classified right at the end, in [0, 1]; 0 where it diverged. */
  public double accuracy() {
    return diverged || epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).accuracy();
  }

  /** Mean loss over the images at the end; infinite where it diverged. */
  public double loss() {
    return diverged || epochs.isEmpty()
        ? Double.POSITIVE_INFINITY
        : epochs.get(epochs.size() - 1).evaluationLoss();
  }

  /** Standard error of {@link #accuracy}, as a share: that of a binomial proportion. */
  public double standardError() {
    double p = accuracy();
    return Math.sqrt(p * (1 - p) / Math.max(1, images));
  }
}
