package dev.onecycle.range;

import dev.onecycle.math.Interpolation;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The losses of a range test, smoothed as little as their noise allows, and the rates that are read
 * off them. Nothing of it changes when a constant is added to every loss and to the loss of knowing
 * nothing.
 *
 * <p><b>Untrained.</b> The measure of everything is the fall: from the loss of a network that knows
 * nothing to the lowest smoothed loss. A network knows nothing at the start, or, where it starts
 * above the loss of knowing nothing, down to that loss: until then it only unlearns false
 * confidence.
 *
 * <p><b>Smoothing.</b> Losses are capped a little above the loss of the untrained network before
 * smoothing: beyond it, how much worse the network is must not leak into the neighbours. A test
 * that diverged is continued with the cap, since the next losses would have been there; so a rise
 * of a few points before the stop is seen as the rise it is. The smoothing reaches a fifth of a
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
 * the loss of the untrained network by a rise that matters; dips among losses worse than that are
 * no recovery.
 *
 * <p>A test that ended without diverging has an edge only if the loss has given back half of its
 * fall, over the last three points at least: Smith's own curves creep up a little towards rate 3
 * and still train. A test that a single loss ended, before which the loss had not risen, shows
 * where it ended and suggests nothing: one bad batch looks the same.
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
  private static final double RISE_OF_SCALE = 0.15;
  private static final double RISE_OF_FALL = 0.6;
  private static final double CAP_OF_SCALE = 0.5;
  private static final double SURE_RISE = 4;
  private static final double AMPLE_ROOM = 5;
  private static final double SURE_FALL = 4;
  private static final double MIN_FALL = 0.02;
  private static final double KEPT_OF_FALL = 0.75;

  /**
   * Less than 1: losses are cut off at a rise above knowing nothing, where a network started there.
   */
  private static final double SHARE_OF_RISE = 0.75;

  private static final double FALLS_TO_LOWEST = 3;
  private static final double ROUNDING = 1e-6;

  private final double[] logRates;
  private final double[] losses;
  private final double[] smooth;
  private final double[] slopes;
  private final double start;
  private final double untrained;
  private final double lowest;
  private final boolean scaleKnown;
  private final double low;
  private final double lowOfWide;
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
   * @param scale of the losses, where it is known
   */
  static Reading read(
      double[] rates, double[] losses, StopReason stopped, Optional<LossScale> scale) {
    VerdictMessages verdicts = new VerdictMessages(rates, stopped);
    boolean diverged = stopped == StopReason.DIVERGED || stopped == StopReason.NON_FINITE;
    if (rates.length < MIN_POINTS || !Double.isFinite(losses[0])) {
      return Reading.none(diverged ? verdicts.divergedEarly() : verdicts.tooShort());
    }
    LossCurve curve = of(rates, losses, diverged, scale);
    if (!curve.fell()) {
      if (curve.hidesMuch()) {
        return Reading.none(verdicts.noisy(curve));
      }
      return Reading.none(curve.withoutFall(verdicts, diverged));
    }
    if (!curve.riseIsSure()) {
      return Reading.none(verdicts.noisy(curve));
    }
    Edge edge = curve.edge(diverged);
    Readings readings =
        new Readings(
            edge.rate(), curve.trough(), curve.minimum(), curve.steepest(), curve.valley());
    if (edge.rate().isEmpty()) {
      return new Reading(readings, verdicts.noEdge(curve));
    }
    double rate = edge.rate().getAsDouble();
    if (rate < rates[MIN_POINTS - 1]) {
      return Reading.none(verdicts.divergedAtOnce(curve, rate));
    }
    if (diverged && curve.endedByOneLoss(edge.level())) {
      return new Reading(readings, verdicts.singleLoss(curve));
    }
    if (curve.roseBefore(edge)) {
      return new Reading(readings, verdicts.uncertain(curve, readings, edge.floor()));
    }
    OptionalDouble survived = curve.survivedAfter(rate);
    return new Reading(
        readings,
        survived.isPresent()
            ? verdicts.tooFast(curve, readings, survived.getAsDouble())
            : verdicts.clear(curve, readings));
  }

  /**
   * The point at which the loss rises for good.
   *
   * @param rate of that point; empty where the loss never rose for good
   * @param floor the lowest loss of the basin before it
   * @param level the loss of that point
   */
  private record Edge(OptionalDouble rate, double floor, double level) {}

  /** The verdict on a curve that never fell by more than noise explains. */
  private Verdict withoutFall(VerdictMessages verdicts, boolean diverged) {
    if (diverged) {
      double level = untrained + Math.max(fallSeen, SURE_RISE * noiseLeft);
      int last = smooth.length - 1;
      while (last > 0 && smooth[last] > level) {
        last--;
      }
      return last < MIN_POINTS
          ? verdicts.divergedAtOnce(this, rate(last))
          : verdicts.nothingLearned(this);
    }
    return start - low > fallSeen ? verdicts.nothingLearned(this) : verdicts.flat(this);
  }

  /** Whether no loss but the last was above the edge's: one bad batch looks the same. */
  private boolean endedByOneLoss(double level) {
    double before = losses[losses.length - 2];
    return before <= level;
  }

  /** Whether the loss, at the rates before the edge, had given back half of its fall already. */
  private boolean roseBefore(Edge edge) {
    return edge.floor() - low > fall() / 2;
  }

  /**
   * The highest rate up to which the loss was near the loss of knowing nothing again, after it had
   * risen clearly above it from the edge on; empty where it was there over less than a factor of
   * ten. A rate that is too high for a network ends in ever higher losses. One that it only met too
   * soon leaves it with nothing learned.
   */
  private OptionalDouble survivedAfter(double edge) {
    double level = untrained + SHARE_OF_RISE * rise;
    double near = 0;
    int last = -1;
    boolean rose = false;
    for (int i = 1; i < smooth.length; i++) {
      rose |= rate(i) > edge && smooth[i] > level;
      if (rose && smooth[i] <= level && smooth[i - 1] <= level) {
        near += logRates[i] - logRates[i - 1];
        last = i;
      }
    }
    return near >= DECADE ? OptionalDouble.of(rate(last)) : OptionalDouble.empty();
  }

  /** Smooths at least {@link #MIN_POINTS} losses, the first of them finite. */
  private static LossCurve of(
      double[] rates, double[] losses, boolean diverged, Optional<LossScale> scale) {
    double[] x = Arrays.stream(rates).map(Math::log).toArray();
    LossCurve curve = new LossCurve(x, losses, diverged, scale, HALF_WIDTHS[0]);
    for (int i = 1; i < HALF_WIDTHS.length && !(curve.riseIsSure() && curve.fell()); i++) {
      curve = new LossCurve(x, losses, diverged, scale, HALF_WIDTHS[i]);
    }
    return curve;
  }

  private LossCurve(
      double[] x, double[] losses, boolean diverged, Optional<LossScale> scale, double decades) {
    double halfWidth = decades * DECADE;
    int nearest = (int) Math.round(NEAREST * decades / HALF_WIDTHS[0]);
    int first = firstPoints(x, halfWidth);
    logRates = x;
    this.losses = losses;
    start = LossSmoothing.median(Arrays.copyOf(losses, first));
    untrained = scale.map(known -> Math.min(start, known.chance())).orElse(start);
    double[] course = LossSmoothing.runningMedian(losses, 5);
    double fallOfCourse = Math.max(0, untrained - course[lowest(course)]);
    lowest = scale.map(LossScale::lowest).orElse(untrained - FALLS_TO_LOWEST * fallOfCourse);
    scaleKnown = scale.isPresent();
    double above = scaleKnown ? 0 : 2 * scatter(losses);
    double cap =
        Math.min(
            start + Math.max(RISE_OF_SCALE * length(), above),
            untrained + Math.max(CAP_OF_SCALE * length(), above));
    noise = Math.max(noise(losses, course, cap), scale.map(LossScale::noise).orElse(0.0));

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
    low = smooth[lowest(smooth)];
    lowOfWide = wide.values()[lowest(Arrays.copyOf(wide.values(), n))];
    noiseLeft = noise * LossSmoothing.median(Arrays.copyOf(narrow.noiseKept(), n));
    rise = rise();
    double keptInStart = untrained < start ? 0 : 1.25 / Math.sqrt(first);
    fallSeen = fallSeen(wide.noiseKept()[lowest(Arrays.copyOf(wide.values(), n))], keptInStart);
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

  /**
   * The smoothed loss at the last rate, where the loss had clearly risen by then: the last three
   * points lie above the trough, by more than noise explains. Empty where they do not.
   */
  OptionalDouble risenTo() {
    double level = low + Math.max((1 - KEPT_OF_FALL) * fall(), SURE_RISE * noiseLeft);
    int n = smooth.length;
    boolean risen =
        n >= MIN_TAIL && IntStream.range(n - MIN_TAIL, n).allMatch(i -> smooth[i] > level);
    return risen ? OptionalDouble.of(smooth[n - 1]) : OptionalDouble.empty();
  }

  /** The smallest fall below the starting loss that noise does not explain. */
  double fallSeen() {
    return fallSeen;
  }

  /** The loss of a network that knows nothing: at the start, or below it where that is known. */
  double untrained() {
    return untrained;
  }

  /** The way from knowing nothing down to the lowest loss. */
  private double length() {
    return untrained - lowest;
  }

  /** The fall from the loss of a network that knows nothing. */
  private double fall() {
    return untrained - low;
  }

  /**
   * Whether the loss fell by more than noise explains: over twice the width of the smoothing, since
   * the lowest of a hundred values of noise is far below their mean.
   */
  private boolean fell() {
    return untrained - lowOfWide > fallSeen;
  }

  /** Whether a rise that matters would stand out from the noise. */
  private boolean riseIsSure() {
    return rise >= SURE_RISE * noiseLeft;
  }

  /** Whether noise could hide a tenth of the way to the lowest loss, where that is known. */
  private boolean hidesMuch() {
    return scaleKnown && SURE_RISE * noiseLeft > 0.1 * length();
  }

  private double rate(int i) {
    return Math.exp(logRates[i]);
  }

  private Edge edge(boolean diverged) {
    double floor = basinFloor();
    double level = floor + riseFrom(floor);
    int last = smooth.length - 1;
    while (smooth[last] > level) {
      last--;
    }
    int tail = smooth.length - 1 - last;
    if (!diverged && (tail < MIN_TAIL || !givenBackHalf(last + 1))) {
      return new Edge(OptionalDouble.empty(), floor, level);
    }
    if (tail == 0) {
      return new Edge(OptionalDouble.of(rate(last)), floor, level);
    }
    double share = (level - smooth[last]) / (smooth[last + 1] - smooth[last]);
    double rate = Math.exp(Interpolation.linear(logRates[last], logRates[last + 1], share));
    return new Edge(OptionalDouble.of(rate), floor, level);
  }

  /**
   * The rise above a floor that matters. Where the network started above the loss of knowing
   * nothing, it is no more than leads clearly above that loss: there the network knows nothing,
   * however confident it once was.
   */
  private double riseFrom(double floor) {
    if (untrained == start) {
      return rise;
    }
    double clear = Math.max(MIN_FALL * length(), SURE_RISE * noiseLeft);
    return Math.min(rise, Math.max(clear, untrained + clear - floor));
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

  /**
   * The middle of the trough. An average over many points hangs neither on one lowest point, as the
   * minimum does, nor on how long a network survives, as the edge does.
   */
  private OptionalDouble trough() {
    double level = low + (1 - KEPT_OF_FALL) * fall();
    OptionalDouble middle =
        IntStream.range(0, smooth.length)
            .filter(i -> smooth[i] <= level)
            .mapToDouble(i -> logRates[i])
            .average();
    return OptionalDouble.of(Math.exp(middle.orElseThrow()));
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
   * The smallest rise that matters, as a person sees it on the plot: 15 % of the way from knowing
   * nothing to the lowest loss. Deep on that way it is a doubling of what is left of it, if that is
   * less; after a short fall at most 60 % of the fall. Where noise hides such a rise, a higher one
   * is looked for instead, if the fall leaves ample room for it.
   */
  private double rise() {
    double visible = Math.min(RISE_OF_SCALE * length(), Math.max(low - lowest, 0));
    double most = RISE_OF_FALL * (start - low);
    boolean hidden = visible < SURE_RISE * noiseLeft;
    boolean room = most >= AMPLE_ROOM * noiseLeft;
    return Math.min(most, hidden && room ? SURE_RISE * noiseLeft : visible);
  }

  /**
   * The fall that noise explains, or that is too small to be called one where the scale is known.
   *
   * @param keptInLow the share of a single loss's noise that is left in the lowest smoothed one
   * @param keptInStart the share that is left in the loss it fell from: the median of k normal
   *     values scatters 1.25 / √k times as much as one of them, the loss of knowing nothing not at
   *     all
   */
  private double fallSeen(double keptInLow, double keptInStart) {
    double chance = SURE_FALL * noise * Math.hypot(keptInLow, keptInStart);
    double small = scaleKnown ? MIN_FALL * length() : ROUNDING * Math.abs(untrained);
    return Math.max(small, chance);
  }

  private static int firstPoints(double[] x, double halfWidth) {
    int within = (int) Arrays.stream(x).filter(value -> value - x[0] <= halfWidth).count();
    return Math.max(3, Math.min(x.length / 4, within));
  }

  /**
   * The standard deviation of a single loss, from how far each lies from the mean of its two
   * neighbours (T. Gasser, L. Sroka and C. Jennen-Steinmetz 1986, Biometrika 73), by the median, so
   * that spikes do not count, and only where the course of the losses is below a level: what a
   * network that starts or ends far above it does there says nothing about the rest.
   */
  private static double noise(double[] losses, double[] course, double level) {
    int first = 0;
    int last = losses.length - 1;
    while (last > 0 && course[last] > level) {
      last--;
    }
    while (first < last && course[first] > level) {
      first++;
    }
    double[] distances = new double[losses.length];
    int count = 0;
    for (int i = first + 1; i < last; i++) {
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

  /** How far successive losses lie apart at the lowest rates, by the median. */
  private static double scatter(double[] losses) {
    double[] steps = new double[Math.min(MIN_POINTS, losses.length) - 1];
    Arrays.setAll(steps, i -> Math.abs(losses[i + 1] - losses[i]));
    return LossSmoothing.median(steps);
  }

  private static int lowest(double[] values) {
    int lowest = 0;
    for (int i = 1; i < values.length; i++) {
      lowest = values[i] < values[lowest] ? i : lowest;
    }
    return lowest;
  }
}
