package dev.onecycle.tune;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The trial of one batch size: a few training steps and an evaluation.
 *
 * @param size images a step
 * @param fits whether it was computed within the budget of memory
 * @param peakBytes the most memory the process held; empty where it is not known
 * @param samplesPerSecond speed of the training step; empty where none was completed
 * @param remark why it does not fit; empty where it does
 */
public record BatchTrial(
    int size,
    boolean fits,
    OptionalLong peakBytes,
    OptionalDouble samplesPerSecond,
    String remark) {

  /** A size that was trained and evaluated with, whatever memory that took. */
  public static BatchTrial completed(int size, OptionalLong peakBytes, double samplesPerSecond) {
    return new BatchTrial(size, true, peakBytes, OptionalDouble.of(samplesPerSecond), "");
  }

  /** A size that could not be trained with. */
  public static BatchTrial failed(int size, String why) {
    return new BatchTrial(size, false, OptionalLong.empty(), OptionalDouble.empty(), why);
  }

  /** The same, but found not to fit. */
  BatchTrial unfit(String why) {
    return new BatchTrial(size, false, peakBytes, samplesPerSecond, why);
  }
}
