package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The answer of a range test: every point, why it stopped, and what the curve says.
 *
 * @param points every step taken, in order of rising rate, a last one of non-finite loss included
 * @param stopped why no more were taken
 * @param extended whether the range was extended past its configured end
 * @param momentum the momentum at which it was run
 * @param readings what the curve says
 * @param verdict whether that can be trusted
 * @param suggestion the suggested peak rate, edge / 10 (Gugger 2018, "How Do You Find A Good
 *     Learning Rate"); absent where the verdict is not clear
 */
public record RangeResult(
    List<RangePoint> points,
    StopReason stopped,
    boolean extended,
    double momentum,
    Readings readings,
    Verdict verdict,
    OptionalDouble suggestion) {

  /** The suggested peak rate is the edge divided by this. */
  static final double MARGIN = 10;

  public RangeResult {
    points = List.copyOf(points);
  }

  /**
   * Reads a curve, whether just measured or loaded from a record.
   *
   * @param points in order of strictly rising, positive rate
   */
  public static RangeResult of(
      List<RangePoint> points, StopReason stopped, boolean extended, double momentum) {
    return of(points, stopped, extended, momentum, Double.POSITIVE_INFINITY);
  }

  /**
   * Reads a curve of which it is known what guessing without looking would lose.
   *
   * @param points in order of strictly rising, positive rate
   * @param blindLoss see {@link RangeTest#blindLoss}
   */
  static RangeResult of(
      List<RangePoint> points,
      StopReason stopped,
      boolean extended,
      double momentum,
      double blindLoss) {
    double[] rates = points.stream().mapToDouble(RangePoint::learningRate).toArray();
    double[] losses = points.stream().mapToDouble(RangePoint::loss).toArray();
    for (int i = 0; i < rates.length; i++) {
      double least = i == 0 ? 0 : rates[i - 1];
      boolean rising = rates[i] > least && Double.isFinite(rates[i]);
      Require.that(rising, "learning rate of point " + i, "above " + least, rates[i], rates[i]);
    }
    CurveReader.Reading reading = CurveReader.read(rates, losses, stopped, blindLoss);
    return new RangeResult(
        points,
        stopped,
        extended,
        momentum,
        reading.readings(),
        reading.verdict(),
        suggestion(reading.verdict(), reading.readings().edge()));
  }

  static OptionalDouble suggestion(Verdict verdict, OptionalDouble edge) {
    return verdict.clear()
        ? OptionalDouble.of(edge.orElseThrow() / MARGIN)
        : OptionalDouble.empty();
  }
}
