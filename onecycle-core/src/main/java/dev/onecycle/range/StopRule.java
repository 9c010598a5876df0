package dev.onecycle.range;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rule that ends a range test: at the first loss that is NaN or infinite, or where the loss has
 * diverged.
 *
 * <p>It has diverged where its exponential, bias-corrected average lies above its best by more than
 * {@code factor} times its fall, and so do the last two losses. The fall is measured from the loss
 * of a network that knows nothing down to the best average, and is taken to be at least three times
 * the scatter of the first losses, so that noise does not end a test before anything was learned.
 * The best counts from the second point.
 *
 * <p>The sources end a test at four times the best average (Gugger 2018). That rule changes when a
 * constant is added to the loss, has no meaning for losses below zero, and ends a test of easy data
 * at a loss still far below its start. Ours does not, and on the measured curves of ResNet-20 and
 * ResNet-56 it ends the test within three steps of theirs. The last two losses are looked at since
 * a single spike lifts the average for dozens of steps.
 */
final class StopRule {
  /** The losses that tell the start and its scatter. */
  private static final int FIRST = 10;

  private static final int START = 5;
  private static final double MIN_FALL_OF_SCATTER = 3;
  private static final double ROUNDING = 1e-6;

  private final double smoothing;
  private final double factor;
  private final double chance;
  private final double[] first = new double[FIRST];
  private int taken;
  private double average;
  private double best = Double.POSITIVE_INFINITY;
  private double before = Double.NEGATIVE_INFINITY;

  StopRule(double smoothing, double factor, @Nullable LossScale scale) {
    this.smoothing = smoothing;
    this.factor = factor;
    chance = scale == null ? Double.POSITIVE_INFINITY : scale.chance();
  }

  /**
   * Takes the next loss.
   *
   * @return its average, and whether it ends the test; null as the reason if not
   */
  Step next(double loss) {
    if (taken < FIRST) {
      first[taken] = loss;
    }
    taken++;
    average = smoothing * average + (1 - smoothing) * loss;
    double smoothed = average / (1 - Math.pow(smoothing, taken));
    StopReason reason = null;
    if (!Double.isFinite(loss)) {
      reason = StopReason.NON_FINITE;
    } else if (taken > 2 && Math.min(smoothed, Math.min(loss, before)) > level()) {
      reason = StopReason.DIVERGED;
    } else if (taken > 1) {
      best = Math.min(best, smoothed);
    }
    before = loss;
    return new Step(smoothed, reason);
  }

  /** The average after a loss, and why that loss ends the test, if it does. */
  record Step(double smoothed, @Nullable StopReason reason) {}

  private double level() {
    double[] known = Arrays.copyOf(first, Math.min(FIRST, taken));
    double start = LossSmoothing.median(Arrays.copyOf(known, Math.min(START, known.length)));
    double[] steps = new double[known.length - 1];
    Arrays.setAll(steps, i -> Math.abs(known[i + 1] - known[i]));
    double scatter = LossSmoothing.median(steps) + ROUNDING * Math.abs(start);
    double fall = Math.max(Math.min(start, chance) - best, MIN_FALL_OF_SCATTER * scatter);
    return best + factor * fall;
  }
}
