package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.Optional;

/**
 * The result of a range test: its points, its end, and the readings of its curve.
 *
 * @param points every step taken, in order of rising rate, a last one of non-finite loss included
 * @param stop why and where no more steps were taken
 * @param momentum of every step; β1 for AdamW
 * @param scale of the loss, by which the curve was read; empty where it is not known
 * @param readings the rates that the curve shows
 * @param verdict whether the readings can be trusted
 */
public record RangeResult(
    List<RangePoint> points,
    RangeStop stop,
    double momentum,
    Optional<LossScale> scale,
    Readings readings,
    Verdict verdict) {
  public RangeResult {
    points = List.copyOf(points);
    boolean read = readings.edge().isPresent() && readings.trough().isPresent();
    if (verdict.suggests() && !read) {
      throw Require.invalid(
          "edge and trough", "present where the verdict suggests a rate", "absent");
    }
  }

  /**
   * Reads a curve, whether just measured or loaded from a record. A test reads its own points by
   * this, so the same points, stop and scale give the same answer.
   *
   * @param points in order of strictly rising, positive rate
   * @param scale of the loss; where it is not known, the network is taken to have known nothing at
   *     the start, and to have come a third of its way
   */
  public static RangeResult of(
      List<RangePoint> points, RangeStop stop, double momentum, Optional<LossScale> scale) {
    double[] rates = points.stream().mapToDouble(RangePoint::learningRate).toArray();
    double[] losses = points.stream().mapToDouble(RangePoint::loss).toArray();
    for (int i = 0; i < rates.length; i++) {
      double before = i == 0 ? 0 : rates[i - 1];
      boolean rising = rates[i] > before && Double.isFinite(rates[i]);
      Require.that(rising, "learning rate of point " + i, "above " + before, rates[i], rates[i]);
    }
    LossCurve.Reading reading = LossCurve.read(rates, losses, stop.reason(), scale);
    return new RangeResult(points, stop, momentum, scale, reading.readings(), reading.verdict());
  }

  /** The suggested peak rate, by the length of the cycle; empty where the verdict suggests none. */
  public Optional<SuggestedPeak> suggestion() {
    return verdict.suggests()
        ? Optional.of(
            new SuggestedPeak(readings.trough().orElseThrow(), readings.edge().orElseThrow()))
        : Optional.empty();
  }
}
