package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.Measure;
import java.util.ArrayList;
import java.util.List;

/**
 * A position of a training run between two steps: everything that its loop carries on.
 *
 * @param step the next optimizer step, zero-based, over the whole run
 * @param epochs that are completed, in order
 * @param lossSum of the epoch under way: each batch's loss times its images
 * @param images trained on in the epoch under way
 * @param seconds spent training in the epoch under way
 * @param losses all that the rule of divergence remembers of the losses so far
 */
public record TrainingPosition(
    @JsonProperty("step") long step,
    @JsonProperty("epochs") List<EpochRecord> epochs,
    @JsonProperty("loss_sum") double lossSum,
    @JsonProperty("images") long images,
    @JsonProperty("seconds") double seconds,
    @JsonProperty("losses") LossWatch losses) {
  /** The position before the first step. */
  public static final TrainingPosition START =
      new TrainingPosition(0, List.of(), 0, 0, 0, LossWatch.START);

  public TrainingPosition {
    epochs = List.copyOf(epochs);
  }

  /**
   * The position after one more step of an epoch.
   *
   * @param chanceLoss the loss of knowing nothing, see {@link LossWatch#after}
   */
  public TrainingPosition stepped(
      double loss, int batchSize, double newSeconds, double chanceLoss) {
    return new TrainingPosition(
        step + 1,
        epochs,
        lossSum + loss * batchSize,
        images + batchSize,
        newSeconds,
        losses.after(step, loss, chanceLoss));
  }

  /** The position at the end of an epoch, after its evaluation where it has one. */
  public TrainingPosition completed(EpochRecord epoch) {
    List<EpochRecord> all = new ArrayList<>(epochs);
    all.add(epoch);
    return new TrainingPosition(step, all, 0, 0, 0, losses);
  }

  /** Whether an epoch was just completed that is the best so far, see {@link EpochRecord#best}. */
  public boolean bestYet(Measure by) {
    if (epochs.isEmpty() || images > 0) {
      return false;
    }
    int last = epochs.size() - 1;
    return EpochRecord.best(epochs, by).stream().anyMatch(best -> best.epoch() == last);
  }
}
