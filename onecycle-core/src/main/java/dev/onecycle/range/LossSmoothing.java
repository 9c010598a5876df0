package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.Arrays;

/**
 * The smooth line through the losses of a range test that a picture draws: it neither lags behind
 * them, as the average of the stop rule does by more than a decade, nor runs ahead.
 *
 * <p>Local linear regression over the logarithm of the rate, after a running median (W. S.
 * Cleveland 1979, JASA 74), a fifth of a decade to either side, as narrow as the readings' own.
 */
public final class LossSmoothing {
  private static final double HALF_WIDTH = 0.2 * Math.log(10);
  private static final int NEAREST = 6;

  private LossSmoothing() {}

  /**
   * The smoothed loss of every rate.
   *
   * @param rates positive, none below the one before it
   * @param losses finite, as many
   */
  public static double[] smooth(double[] rates, double[] losses) {
    if (rates.length != losses.length) {
      String constraint = "that of the rates, " + rates.length;
      throw Require.invalid("number of losses", constraint, losses.length);
    }
    double[] logs = Arrays.stream(rates).map(Math::log).toArray();
    return LocalSmoothing.of(logs, losses, HALF_WIDTH, NEAREST).values();
  }
}
