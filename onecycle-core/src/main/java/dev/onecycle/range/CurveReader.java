package dev.onecycle.range;

import java.util.OptionalDouble;

/**
 * Reads the rates that matter off a range test's losses.
 *
 * <p><b>Edge.</b> The highest rate at which the loss is still no more than a rise that matters
 * ({@link Curve#rise}) above the last basin it came back to. Read backwards from the end of the
 * curve: the lowest loss met so far is the floor of a basin; as soon as the curve, going back,
 * climbs out of it by a rise that matters, what lies behind was a passing bump, from which the net
 * recovered into this basin, and the floor stands. The edge is where the curve last left that floor
 * by a rise that matters. So a bump is passing if the loss came back, and the rise is for good if
 * it did not: no threshold on height or width tells them apart. That the loss came back means that
 * it was again below the starting loss by a rise that matters; dips among losses worse than an
 * untrained net's are no recovery.
 *
 * <p>A test that ended without diverging has an edge only if the loss has given back half of what
 * it had gained, over the last three points at least: Smith's own curves creep up a little towards
 * rate 3 and still train.
 *
 * <p>Where it is known what blind guessing would lose and the net started above that, the edge is
 * at the latest where the loss clearly leaves that for good ({@link Curve#riseFrom}): beyond, the
 * net knows nothing.
 *
 * <p>The sources read this point by eye (Gugger 2018); the definition is ours.
 */
final class CurveReader {
  /** Fewer points than this are not read, nor is an edge that fewer lead up to. */
  static final int LEAST_POINTS = 10;

  private static final int LEAST_TAIL = 3;

  private CurveReader() {}

  /** What a curve says, and whether that can be trusted. */
  record Reading(Readings readings, Verdict verdict) {}

  /**
   * Reads losses at strictly rising rates.
   *
   * @param blindLoss the loss of guessing without looking; infinite where that is not known
   */
  static Reading read(double[] rates, double[] losses, StopReason stopped, double blindLoss) {
    VerdictMessages verdicts = new VerdictMessages(rates, stopped);
    boolean diverged = stopped == StopReason.DIVERGED || stopped == StopReason.NON_FINITE;
    if (rates.length < LEAST_POINTS || !Double.isFinite(losses[0])) {
      return nothing(diverged ? verdicts.divergedEarly() : verdicts.tooShort());
    }
    Curve curve = Curve.of(rates, losses, diverged, blindLoss);
    if (!curve.fell()) {
      if (curve.hidesMuch()) {
        return nothing(verdicts.noisy(curve));
      }
      return nothing(
          diverged
              ? verdicts.divergedAtOnce(curve, rates[rates.length - 1])
              : verdicts.flat(curve));
    }
    if (!curve.riseIsSure()) {
      return nothing(verdicts.noisy(curve));
    }
    OptionalDouble edge = edge(curve, diverged);
    if (edge.isPresent() && edge.getAsDouble() < rates[LEAST_POINTS - 1]) {
      return nothing(verdicts.divergedAtOnce(curve, edge.getAsDouble()));
    }
    Verdict verdict =
        edge.isPresent() ? verdicts.clear(curve, edge.getAsDouble()) : verdicts.noEdge(curve);
    return new Reading(new Readings(edge, minimum(curve), steepest(curve), valley(curve)), verdict);
  }

  private static Reading nothing(Verdict verdict) {
    return new Reading(Readings.NONE, verdict);
  }

  private static OptionalDouble edge(Curve curve, boolean diverged) {
    double[] smooth = curve.smooth();
    double floor = basinFloor(curve);
    double level = floor + curve.riseFrom(floor);
    int last = smooth.length - 1;
    while (smooth[last] > level) {
      last--;
    }
    int tail = smooth.length - 1 - last;
    if (!diverged && (tail < LEAST_TAIL || !givenBackHalf(curve, last + 1))) {
      return OptionalDouble.empty();
    }
    if (tail == 0) {
      return OptionalDouble.of(curve.rate(last));
    }
    double share = (level - smooth[last]) / (smooth[last + 1] - smooth[last]);
    double[] x = curve.logRates();
    return OptionalDouble.of(Math.exp(x[last] + share * (x[last + 1] - x[last])));
  }

  private static double basinFloor(Curve curve) {
    double[] smooth = curve.smooth();
    double floor = Double.POSITIVE_INFINITY;
    for (int i = smooth.length - 1; i >= 0; i--) {
      boolean recovered = floor + curve.rise() < curve.start();
      if (recovered && smooth[i] > floor + curve.rise()) {
        break;
      }
      floor = Math.min(floor, smooth[i]);
    }
    return floor;
  }

  private static boolean givenBackHalf(Curve curve, int from) {
    for (int i = from; i < curve.size(); i++) {
      if (curve.smooth()[i] >= curve.low() + curve.fall() / 2) {
        return true;
      }
    }
    return false;
  }

  private static OptionalDouble minimum(Curve curve) {
    int lowest = curve.lowest();
    return lowest == curve.size() - 1
        ? OptionalDouble.empty()
        : OptionalDouble.of(curve.rate(lowest));
  }

  private static OptionalDouble steepest(Curve curve) {
    double low = Double.POSITIVE_INFINITY;
    double slope = 0;
    OptionalDouble steepest = OptionalDouble.empty();
    for (int i = 0; i < curve.size(); i++) {
      if (curve.smooth()[i] < low && curve.slopes()[i] < slope) {
        slope = curve.slopes()[i];
        steepest = OptionalDouble.of(curve.rate(i));
      }
      low = Math.min(low, curve.smooth()[i]);
    }
    return steepest;
  }

  /**
   * The longest descent is the longest falling subsequence, found by patience sorting; like
   * fastai's, it is taken to start as many points before its end as it is long, which leaves out
   * chance members on the plateau before it.
   */
  private static OptionalDouble valley(Curve curve) {
    double[] smooth = curve.smooth();
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
        : OptionalDouble.of(curve.rate((int) Math.round(end - steps / 3.0)));
  }
}
