package dev.onecycle.range;

import dev.onecycle.math.Interpolation;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The losses of a range test, smoothed as little as their noise allows, and the rates that are read
 * off them.
 *
 * <p><b>Smoothing.</b> Losses are capped a little above the starting loss before smoothing: beyond
 * it the net is worse than untrained, and how much worse must not leak into the neighbours. A test
 * that diverged is continued with the cap, since the next losses would have been there; so a rise
 * of a single point before the stop is seen as the rise it is. The smoothing reaches a fifth of a
 * decade to either side, and farther only where the noise that is left would hide a rise that
 * matters.
 *
 * <p><b>Edge.</b> The highest rate at which the loss is still no more than a rise that matters
 * ({@link #rise}) above the last basin it came back to. Read backwards from the end of the curve:
 * the lowest loss met so far is the floor of a basin; as soon as the curve, going back, climbs out
 * of it by a rise that matters, the part before it was a passing bump, from which the net recovered
 * into this basin, and the floor stands. The edge is where the curve last left that floor by a rise
 * that matters. So a bump is passing if the loss came back, and the rise is for good if it did not:
 * no threshold on height or width tells them apart. The loss has come back when it is again below
 * the starting loss by a rise that matters; dips among losses worse than an untrained net's are no
 * recovery.
 *
 * <p>A test that ended without diverging has an edge only if the loss has given back half of what
 * it had gained, over the last three points at least: Smith's own curves creep up a little towards
 * rate 3 and still train.
 *
 * <p>Where the loss of guessing is known and the net started above it, the edge is at the latest
 * where the loss clearly leaves it for good ({@link #riseFrom}): beyond, the net knows nothing.
 *
 * <p>The sources read this point by eye (Gugger 2018); the definition is ours.
 */
final class LossCurve {
  /** Fewer points than this are not read, nor is an edge that fewer lead up to. */
  static final int MIN_POINTS = 10;

  private static final int MIN_TAIL = 3;
  private static final double DECADE = Math.log(10);
  private static final double[] HALF_WIDTHS = {0.2, 0.3, 0.45, 0.65};
  private static final int NEAREST = 6;
  private static final double RISE_OF_START = 0.15;
  private static final double RISE_OF_FALL = 0.6;
  private static final double SURE_RISE = 4;
  private static final double AMPLE_ROOM = 5;
  private static final double SURE_FALL = 3;
  private static final double MIN_FALL = 0.05;

  private final double[] logRates;
  private final double[] smooth;
  private final double[] slopes;
  private final double start;
  private final double untrained;
  private final double low;
  private final double rise;
  private final double noise;
  private final double noiseLeft;
  private final double fallSeen;

  /** The readings of a curve, and whether they can be trusted. */
  record Reading(Readings readings, Verdict verdict) {
    private static Reading none(Verdict verdict) {
      return new Reading(Readings.NONE, verdict);
    }
  }

  /**
   * Reads losses at strictly rising rates.
   *
   * @param chanceLoss the loss of guessing without looking; infinite where it is not known
   */
  static Reading read(double[] rates, double[] losses, StopReason stopped, double chanceLoss) {
    VerdictMessages verdicts = new VerdictMessages(rates, stopped);
    boolean diverged = stopped == StopReason.DIVERGED || stopped == StopReason.NON_FINITE;
    if (rates.length < MIN_POINTS || !Double.isFinite(losses[0])) {
      return Reading.none(diverged ? verdicts.divergedEarly() : verdicts.tooShort());
    }
    LossCurve curve = of(rates, losses, diverged, chanceLoss);
    if (!curve.fell()) {
      if (curve.hidesMuch()) {
        return Reading.none(verdicts.noisy(curve));
      }
      return Reading.none(
          diverged
              ? verdicts.divergedAtOnce(curve, rates[rates.length - 1])
              : verdicts.flat(curve));
    }
    if (!curve.riseIsSure()) {
      return Reading.none(verdicts.noisy(curve));
    }
    OptionalDouble edge = curve.edge(diverged);
    if (edge.isPresent() && edge.getAsDouble() < rates[MIN_POINTS - 1]) {
      return Reading.none(verdicts.divergedAtOnce(curve, edge.getAsDouble()));
    }
    return new Reading(
        new Readings(edge, curve.minimum(), curve.steepest(), curve.valley()),
        edge.isPresent() ? verdicts.clear(curve, edge.getAsDouble()) : verdicts.noEdge(curve));
  }

  /** Smooths at least {@link #MIN_POINTS} losses, the first of them finite. */
  private static LossCurve of(
      double[] rates, double[] losses, boolean diverged, double chanceLoss) {
    double[] x = Arrays.stream(rates).map(Math::log).toArray();
    LossCurve curve = new LossCurve(x, losses, diverged, chanceLoss, HALF_WIDTHS[0]);
    for (int i = 1; i < HALF_WIDTHS.length && !(curve.riseIsSure() && curve.fell()); i++) {
      curve = new LossCurve(x, losses, diverged, chanceLoss, HALF_WIDTHS[i]);
    }
    return curve;
  }

  private LossCurve(
      double[] x, double[] losses, boolean diverged, double chanceLoss, double decades) {
    double halfWidth = decades * DECADE;
    int nearest = (int) Math.round(NEAREST * decades / HALF_WIDTHS[0]);
    int first = firstPoints(x, halfWidth);
    logRates = x;
    start = LossSmoothing.median(Arrays.copyOf(losses, first));
    untrained = Math.min(start, chanceLoss);
    double cap = start + RISE_OF_START * Math.abs(start);
    noise = noise(losses, cap);

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
    LossSmoothing narrow = LossSmoothing.of(longer, capped, halfWidth, nearest);
    LossSmoothing wide = LossSmoothing.of(longer, capped, 2 * halfWidth, 2 * nearest);
    smooth = Arrays.copyOf(narrow.values(), n);
    slopes = Arrays.copyOf(wide.slopes(), n);
    int lowest = lowest(smooth);
    low = smooth[lowest];
    noiseLeft = noise * LossSmoothing.median(Arrays.copyOf(narrow.noiseKept(), n));
    rise = rise(start, low, noiseLeft);
    double keptInStart = untrained < start ? 0 : 1.25 / Math.sqrt(first);
    fallSeen = fallSeen(untrained, noise, narrow.noiseKept()[lowest], keptInStart);
  }

  /** The loss of the untrained net: the median of the first points. */
  double start() {
    return start;
  }

  /** The lowest smoothed loss. */
  double low() {
    return low;
  }

  /** The standard deviation of a single loss. */
  double noise() {
    return noise;
  }

  /** The smallest fall below the starting loss that noise does not explain. */
  double fallSeen() {
    return fallSeen;
  }

  /**
   * The fall from the loss of a net that knows nothing: the starting loss, or the loss of guessing
   * where it is lower, for a net that starts above it first only unlearns its false confidence.
   */
  private double fall() {
    return untrained - low;
  }

  /** Whether the loss fell by more than noise explains. */
  private boolean fell() {
    return fall() > fallSeen;
  }

  /** Whether a rise that matters would stand out from the noise. */
  private boolean riseIsSure() {
    return rise >= SURE_RISE * noiseLeft;
  }

  /** Whether noise could hide a change of the loss by a tenth of its starting value. */
  private boolean hidesMuch() {
    return SURE_RISE * noiseLeft > 0.1 * Math.abs(start);
  }

  /**
   * The rise above a floor that matters. Where the net started above the loss of guessing, it is no
   * more than leads clearly above that loss: there the net knows nothing, however confident it once
   * was.
   */
  private double riseFrom(double floor) {
    if (untrained == start) {
      return rise;
    }
    double clear = Math.max(MIN_FALL * untrained, SURE_RISE * noiseLeft);
    return Math.min(rise, Math.max(clear, untrained + clear - floor));
  }

  private double rate(int i) {
    return Math.exp(logRates[i]);
  }

  private OptionalDouble edge(boolean diverged) {
    double floor = basinFloor();
    double level = floor + riseFrom(floor);
    int last = smooth.length - 1;
    while (smooth[last] > level) {
      last--;
    }
    int tail = smooth.length - 1 - last;
    if (!diverged && (tail < MIN_TAIL || !givenBackHalf(last + 1))) {
      return OptionalDouble.empty();
    }
    if (tail == 0) {
      return OptionalDouble.of(rate(last));
    }
    double share = (level - smooth[last]) / (smooth[last + 1] - smooth[last]);
    return OptionalDouble.of(
        Math.exp(Interpolation.linear(logRates[last], logRates[last + 1], share)));
  }

  private double basinFloor() {
    double floor = Double.POSITIVE_INFINITY;
    for (int i = smooth.length - 1; i >= 0; i--) {
      boolean recovered = floor + rise < start;
      if (recovered && smooth[i] > floor + rise) {
        break;
      }
      floor = Math.min(floor, smooth[i]);
    }
    return floor;
  }

  private boolean givenBackHalf(int from) {
    for (int i = from; i < smooth.length; i++) {
      if (smooth[i] >= low + fall() / 2) {
        return true;
      }
    }
    return false;
  }

  private OptionalDouble minimum() {
    int lowest = lowest(smooth);
    return lowest == smooth.length - 1 ? OptionalDouble.empty() : OptionalDouble.of(rate(lowest));
  }

  private OptionalDouble steepest() {
    double lowest = Double.POSITIVE_INFINITY;
    double slope = 0;
    OptionalDouble steepest = OptionalDouble.empty();
    for (int i = 0; i < smooth.length; i++) {
      if (smooth[i] < lowest && slopes[i] < slope) {
        slope = slopes[i];
        steepest = OptionalDouble.of(rate(i));
      }
      lowest = Math.min(lowest, smooth[i]);
    }
    return steepest;
  }

  /**
   * The longest descent is the longest falling subsequence, found by patience sorting; like
   * fastai's, it is taken to start as many points before its end as it is long, which leaves out
   * chance members on the plateau before it.
   */
  private OptionalDouble valley() {
    double[] heads = new double[smooth.length];
    int longest = 0;
    int end = 0;
    for (int i = 0; i < smooth.length; i++) {
      int length = 0;
      int above = longest;
      while (length < above) {
        int middle = (length + above) >>> 1;
        if (heads[middle] > smooth[i]) {
          length = middle + 1;
        } else {
          above = middle;
        }
      }
      heads[length] = smooth[i];
      if (length == longest) {
        longest++;
        end = i;
      }
    }
    int steps = longest - 1;
    return steps < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of(rate((int) Math.round(end - steps / 3.0)));
  }

  /**
   * The smallest rise that matters, as a person sees it on the plot: 15 % of the starting loss. On
   * a deep curve it is a doubling of the lowest loss, if that is less; on a shallow one at most 60
   * % of the fall. Where noise hides such a rise, a higher one is looked for instead, if the fall
   * leaves ample room for it.
   */
  private static double rise(double start, double low, double noiseLeft) {
    double visible = Math.min(RISE_OF_START * Math.abs(start), Math.max(low, 0));
    double most = RISE_OF_FALL * (start - low);
    boolean hidden = visible < SURE_RISE * noiseLeft;
    boolean room = most >= AMPLE_ROOM * noiseLeft;
    return Math.min(most, hidden && room ? SURE_RISE * noiseLeft : visible);
  }

  /**
   * The fall that noise explains.
   *
   * @param keptInLow the share of a single loss's noise that is left in the lowest smoothed one
   * @param keptInStart the share that is left in the loss it fell from: the median of k normal
   *     values scatters 1.25 / √k times as much as one of them, the loss of guessing not at all
   */
  private static double fallSeen(double from, double noise, double keptInLow, double keptInStart) {
    double chance = SURE_FALL * noise * Math.hypot(keptInLow, keptInStart);
    return Math.max(MIN_FALL * Math.abs(from), chance);
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
    double[] course = LossSmoothing.runningMedian(losses, 5);
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
    return LossSmoothing.median(Arrays.copyOf(distances, count)) / normalMedian / Math.sqrt(1.5);
  }

  private static int lowest(double[] values) {
    int lowest = 0;
    for (int i = 1; i < values.length; i++) {
      lowest = values[i] < values[lowest] ? i : lowest;
    }
    return lowest;
  }
}
