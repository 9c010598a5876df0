package dev.onecycle.bench.suggestion;

import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.StopReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One result of a setting: either a range test or a training at a peak rate.
 *
 * @param setting its name
 * @param seed of weights, order and augmentation
 * @param range the curve of a range test
 * @param cycle the result of a training
 */
record Measured(String setting, long seed, Optional<Range> range, Optional<Cycle> cycle) {

  /**
   * A range test's curve, from which readings can be taken anew.
   *
   * @param rates of every step
   * @param losses of every step
   */
  record Range(List<Double> rates, List<Double> losses, StopReason stop, double momentum) {
    static Range of(RangeResult result) {
      return new Range(
          result.points().stream().map(RangePoint::learningRate).toList(),
          result.points().stream().map(RangePoint::loss).toList(),
          result.stop().reason(),
          result.momentum());
    }

    /**
     * The readings of the curve.
     *
     * @param scale of the loss
     */
    RangeResult read(LossScale scale) {
      List<RangePoint> points = new ArrayList<>();
      for (int i = 0; i < rates.size(); i++) {
        points.add(new RangePoint(i, rates.get(i), losses.get(i), losses.get(i)));
      }
      return RangeResult.of(points, RangeStop.of(stop), momentum, Optional.of(scale));
    }
  }

  /**
   * A training.
   *
   * @param peak its rate
   * @param accuracy of the test images, in [0, 1]; the chance level where it diverged
   * @param loss of the last epoch's training images
   * @param diverged whether a loss was not finite
   * @param seconds it took
   */
  record Cycle(double peak, double accuracy, double loss, boolean diverged, double seconds) {}

  static Measured of(Setting setting, long seed, Range range) {
    return new Measured(setting.name(), seed, Optional.of(range), Optional.empty());
  }

  static Measured of(Setting setting, long seed, Cycle cycle) {
    return new Measured(setting.name(), seed, Optional.empty(), Optional.of(cycle));
  }
}
