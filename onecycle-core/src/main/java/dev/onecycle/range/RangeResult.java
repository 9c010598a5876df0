package dev.onecycle.range;

import java.util.List;
import java.util.OptionalDouble;

/**
 * The answer of a range test: every point, why it stopped, and what the curve says.
 *
 * @param points every step taken, in order of rising rate
 * @param stopped why no more were taken
 * @param extended whether the range was extended past its configured end
 * @param momentum the momentum at which it was run
 * @param readings what the curve says
 * @param verdict whether that can be trusted
 * @param suggestion the suggested peak rate, edge / 10 (Gugger 2018, "How do you find a good
 *     learning rate"); absent where the verdict is not clear
 */
public record RangeResult(
    List<RangePoint> points,
    StopReason stopped,
    boolean extended,
    double momentum,
    Readings readings,
    Verdict verdict,
    OptionalDouble suggestion) {
  public RangeResult {
    points = List.copyOf(points);
  }
}
