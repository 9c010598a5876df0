package dev.onecycle.range;

import java.util.OptionalDouble;

/**
 * The learning rates that are read off a range test's curve, each absent where the curve does not
 * show it.
 *
 * <p>All are read from a curve smoothed without lag, by local regression over the logarithm of the
 * rate; none from the exponential average of the stop rule, which trails by more than a decade.
 *
 * @param edge where the loss starts to rise for good
 * @param trough the middle of the rates at which the network is seen to learn well: the geometric
 *     mean of all rates at which the smoothed loss has kept three quarters of its fall
 * @param minimum where the smoothed loss is lowest; absent where it was still falling at the end
 * @param steepest where it falls fastest per factor of rate: the lowest d loss / d log rate, on the
 *     way to a new low, so that the recovery from a passing bump does not count
 * @param valley two thirds down its longest descent, as fastai's documentation describes its
 *     default suggestion; fastai's code ({@code valley} in callback/schedule.py) ends up half way
 */
public record Readings(
    OptionalDouble edge,
    OptionalDouble trough,
    OptionalDouble minimum,
    OptionalDouble steepest,
    OptionalDouble valley) {

  /** The readings of a curve that shows nothing. */
  static final Readings NONE =
      new Readings(
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());
}
