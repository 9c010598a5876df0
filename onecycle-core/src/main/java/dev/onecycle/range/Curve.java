package dev.onecycle.range;

import java.util.Arrays;

/**
 * The losses of a range test, smoothed as little as their noise allows, with the few numbers that
 * every reading rests on.
 *
 * <p>Losses are capped a little above the starting loss before smoothing: beyond it the net is
 * worse than untrained, and how much worse must not leak into the neighbours. A test that diverged
 * is continued with the cap, because that is what the next losses would have been; so a rise of a
 * single point before the stop is seen as the rise it is.
 *
 * <p>The smoothing reaches a fifth of a decade to either side, and farther only where the noise
 * that is left would hide a rise that matters.
 *
 * @param logRates natural logarithms of the rates
 * @param smooth the smoothed, capped losses
 * @param slopes d loss / d log rate, of a smoothing twice as wide
 * @param start the loss of the untrained net: the median of the first points
 * @param untrained what counts as knowing nothing: {@code start}, or the loss of blind guessing
 *     where that is less, for a net that starts above it first only unlearns its false confidence
 * @param low the lowest smoothed loss
 * @param rise the least rise that matters: see {@code risesBy}
 * @param noise standard deviation of a single loss
 * @param noiseLeft that of the smoothed loss
 * @param fallSeen the least fall below {@code start} that noise does not explain
 */
record Curve(
    double[] logRates,
    double[] smooth,
    double[] slopes,
    double start,
    double untrained,
    double low,
    double rise,
    double noise,
    double noiseLeft,
    double fallSeen) {

  private static final double DECADE = Math.log(10);
  private static final double[] HALF_WIDTHS = {0.2, 0.3, 0.45, 0.65};
  private static final int NEAREST = 6;
  private static final double RISE_OF_START = 0.15;
  private static final double RISE_OF_FALL = 0.6;
  private static final double SURE_RISE = 4;
  private static final double AMPLE_ROOM = 5;
  private static final double SURE_FALL = 3;
  private static final double LEAST_FALL = 0.05;

  /** Smooths at least {@link CurveReader#LEAST_POINTS} losses, the first of them finite. */
  static Curve of(double[] rates, double[] losses, boolean diverged, double blindLoss) {
    double[] x = Arrays.stream(rates).map(Math::log).toArray();
    Curve curve = smoothed(x, losses, diverged, blindLoss, HALF_WIDTHS[0]);
    for (int i = 1; i < HALF_WIDTHS.length && !(curve.riseIsSure() && curve.fell()); i++) {
      curve = smoothed(x, losses, diverged, blindLoss, HALF_WIDTHS[i]);
    }
    return curve;
  }

  double fall() {
    return untrained - low;
  }

  /**
   * The rise above a floor that matters. Where the net started above blind guessing it is no more
   * than leads clearly above that: there the net knows nothing, however confident it once was.
   */
  double riseFrom(double floor) {
    if (untrained == start) {
      return rise;
    }
    double clear = Math.max(LEAST_FALL * untrained, SURE_RISE * noiseLeft);
    return Math.min(rise, Math.max(clear, untrained + clear - floor));
  }

  /** Whether the loss fell by more than noise explains. */
  boolean fell() {
    return fall() > fallSeen;
  }

  /** Whether a rise that matters would stand out from the noise. */
  boolean riseIsSure() {
    return rise >= SURE_RISE * noiseLeft;
  }

  /** Whether noise leaves it open that the loss moved by a tenth of its starting value. */
  boolean hidesMuch() {
    return SURE_RISE * noiseLeft > 0.1 * Math.abs(start);
  }

  int size() {
    return smooth.length;
  }

  double rate(int i) {
    return Math.exp(logRates[i]);
  }

  /** The point of the lowest smoothed loss. */
  int lowest() {
    return lowest(smooth);
  }

  private static Curve smoothed(
      double[] x, double[] losses, boolean diverged, double blindLoss, double decades) {
    double halfWidth = decades * DECADE;
    int nearest = (int) Math.round(NEAREST * decades / HALF_WIDTHS[0]);
    int first = firstPoints(x, halfWidth);
    double start = LocalSmoothing.median(Arrays.copyOf(losses, first));
    double untrained = Math.min(start, blindLoss);
    double cap = start + RISE_OF_START * Math.abs(start);
    double noise = noise(losses, cap);

    int n = x.length;
    double gap = x[n - 1] - x[n - 2];
    int more = diverged ? Math.max(nearest / 2, (int) Math.ceil(halfWidth / gap)) : 0;
    double[] longer = Arrays.copyOf(x, n + more);
    double[] capped = new double[n + more];
    for (int i = 0; i < n + more; i++) {
      boolean measured = i < n && Double.isFinite(losses[i]);
      capped[i] = measured ? Math.min(losses[i], cap) : cap;
      longer[i] = i < n ? x[i] : x[n - 1] + (i - n + 1) * gap;
    }
    LocalSmoothing narrow = LocalSmoothing.of(longer, capped, halfWidth, nearest);
    LocalSmoothing wide = LocalSmoothing.of(longer, capped, 2 * halfWidth, 2 * nearest);
    double[] smooth = Arrays.copyOf(narrow.values(), n);
    int lowest = lowest(smooth);
    double low = smooth[lowest];
    double left = noise * LocalSmoothing.median(Arrays.copyOf(narrow.carries(), n));
    return new Curve(
        x,
        smooth,
        Arrays.copyOf(wide.slopes(), n),
        start,
        untrained,
        low,
        risesBy(start, low, left),
        noise,
        left,
        fallSeen(
            untrained,
            noise,
            narrow.carries()[lowest],
            untrained < start ? 0 : 1.25 / Math.sqrt(first)));
  }

  /**
   * The rise that matters, as a person sees it on the plot: 15 % of the starting loss. On a deep
   * curve it is a doubling of the lowest loss, if that is less; on a shallow one no more than 60 %
   * of what the loss had fallen. Where noise hides such a rise, a higher one is looked for instead,
   * if the fall leaves ample room for it.
   */
  private static double risesBy(double start, double low, double noiseLeft) {
    double visible = Math.min(RISE_OF_START * Math.abs(start), Math.max(low, 0));
    double most = RISE_OF_FALL * (start - low);
    boolean hidden = visible < SURE_RISE * noiseLeft;
    boolean room = most >= AMPLE_ROOM * noiseLeft;
    return Math.min(most, hidden && room ? SURE_RISE * noiseLeft : visible);
  }

  /**
   * What noise explains of a fall.
   *
   * @param carried how much of a single loss's noise is left in the lowest smoothed one
   * @param inStart how much is left in where it fell from: the median of k normal values scatters
   *     1.25 / √k times as much as one of them, the loss of blind guessing not at all
   */
  private static double fallSeen(double from, double noise, double carried, double inStart) {
    double chance = SURE_FALL * noise * Math.hypot(carried, inStart);
    return Math.max(LEAST_FALL * Math.abs(from), chance);
  }

  private static int firstPoints(double[] x, double halfWidth) {
    int within = (int) Arrays.stream(x).filter(value -> value - x[0] <= halfWidth).count();
    return Math.max(3, Math.min(x.length / 4, within));
  }

  /**
   * The standard deviation of a single loss, from how far each lies from the mean of its two
   * neighbours (T. Gasser, L. Sroka and C. Jennen-Steinmetz 1986, Biometrika 73), by the median, so
   * that spikes do not count, and only before the curve has left through the cap for good.
   */
  private static double noise(double[] losses, double cap) {
    double[] course = LocalSmoothing.runningMedian(losses, 5);
    double[] distances = new double[losses.length];
    int count = 0;
    int last = losses.length - 2;
    while (last > 0 && course[last] >= cap) {
      last--;
    }
    for (int i = 1; i <= last; i++) {
      double distance = Math.abs(losses[i] - (losses[i - 1] + losses[i + 1]) / 2);
      if (Double.isFinite(distance)) {
        distances[count++] = distance;
      }
    }
    if (count < 3) {
      return 0;
    }
    double normalMedian = 0.6745;
    return LocalSmoothing.median(Arrays.copyOf(distances, count)) / normalMedian / Math.sqrt(1.5);
  }

  private static int lowest(double[] values) {
    int lowest = 0;
    for (int i = 1; i < values.length; i++) {
      lowest = values[i] < values[lowest] ? i : lowest;
    }
    return lowest;
  }
}
