package dev.onecycle.math;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;

/**
 * A confidence interval of a share, such as the accuracy of a network on all images like those that
 * it was evaluated on.
 *
 * @param low lower end, in [0, 1]
 * @param high upper end, in [0, 1]
 */
public record ShareInterval(double low, double high) {
  /** The 0.975 quantile of the standard normal distribution. */
  private static final double Z = 1.959963984540054;

  /** A wider interval is worth a word. */
  private static final double WIDE = 0.02;

  /**
   * The 95 % score interval of a binomial share. It holds for few trials too, and for shares near 0
   * and 1.
   *
   * <p><i>Source:</i> E. B. Wilson, "Probable inference, the law of succession, and statistical
   * inference" (1927); in the form of R. G. Newcombe, Statistics in Medicine 17 (1998), method 3.
   *
   * @param successes in [0, trials]
   * @param trials at least 1
   */
  public static ShareInterval wilson(long successes, long trials) {
    Require.atLeast("trials", trials, 1);
    Require.that(
        successes >= 0 && successes <= trials, "successes", "in [0, " + trials + "]", successes, 0);
    double share = (double) successes / trials;
    double square = Z * Z / trials;
    double centre = (share + square / 2) / (1 + square);
    double half = Math.sqrt(share * (1 - share) * square + square * square / 4) / (1 + square);
    return new ShareInterval(
        successes == 0 ? 0 : centre - half, successes == trials ? 1 : centre + half);
  }

  /**
   * A remark on a share of so few trials that its interval is wider than two points, such as " (95
   * % interval 64.1 to 93.3)"; else empty.
   */
  public static String remark(double share, long trials) {
    if (trials < 1) {
      return "";
    }
    ShareInterval interval = wilson(Math.round(share * trials), trials);
    return interval.width() <= WIDE
        ? ""
        : Numbers.format(" (95 %% interval %.1f to %.1f)", 100 * interval.low, 100 * interval.high);
  }

  /** The length of the interval. */
  public double width() {
    return high - low;
  }
}
