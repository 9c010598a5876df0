package dev.onecycle.range;

import dev.onecycle.error.Require;
import dev.onecycle.range.Verdict.Kind;
import dev.onecycle.text.Numbers;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * Several range tests under the same conditions, summed up.
 *
 * <p>It is clear if more than half of the runs show an edge, and the rates to go by lie within a
 * factor of three of each other: the troughs, and the edges where half of them or more come from
 * tests that a single loss ended. What happens at one rate whatever the seed is no bad batch. The
 * suggestion is made of the median trough and the median edge. The summary is noisy where the runs
 * disagree, also where half of them show an edge and the loss of the others never rises for good.
 * Else, where there are too few edges, its verdict is the verdict that most of the other runs have.
 *
 * @param runs the tests, at least one: repeats that differ in their random seed alone, which draws
 *     the first weights and the order and augmentation of the images
 * @param verdict whether the medians can be trusted
 */
public record RangeSummary(List<RangeResult> runs, Verdict verdict) {
  private static final double AGREEMENT = 3;

  /** Of equally common kinds, the gravest is the verdict. */
  private static final List<Kind> GRAVEST_FIRST =
      List.of(
          Kind.NOISY,
          Kind.NOTHING_LEARNED,
          Kind.DIVERGED_AT_ONCE,
          Kind.SINGLE_LOSS,
          Kind.TOO_SHORT,
          Kind.FLAT,
          Kind.NO_EDGE);

  public RangeSummary {
    runs = List.copyOf(runs);
  }

  /**
   * One reading over several runs.
   *
   * @param median of an even number of rates, the geometric mean of the middle two
   * @param low the lowest
   * @param high the highest
   * @param count the number of runs that show it
   */
  public record Spread(double median, double low, double high, int count) {
    /** The highest divided by the lowest. */
    public double factor() {
      return high / low;
    }
  }

  /** Sums up at least one run. */
  public static RangeSummary of(List<RangeResult> runs) {
    Require.atLeast("runs of a range summary", runs.size(), 1);
    return new RangeSummary(runs, judged(runs));
  }

  /** The edges of the runs that show one; empty where none does, as with the other readings. */
  public Optional<Spread> edge() {
    return spread(runs, Readings::edge);
  }

  /** The middles of the troughs. */
  public Optional<Spread> trough() {
    return spread(runs, Readings::trough);
  }

  /** The minima of the smoothed loss. */
  public Optional<Spread> minimum() {
    return spread(runs, Readings::minimum);
  }

  /** The steepest descents of the smoothed loss. */
  public Optional<Spread> steepest() {
    return spread(runs, Readings::steepest);
  }

  /** The rates two thirds down the longest descents. */
  public Optional<Spread> valley() {
    return spread(runs, Readings::valley);
  }

  /**
   * The suggested peak rate of the median trough and the median edge, by the length of the cycle;
   * empty where the verdict suggests none.
   */
  public Optional<SuggestedPeak> suggestion() {
    return verdict.suggests()
        ? Optional.of(
            new SuggestedPeak(trough().orElseThrow().median(), edge().orElseThrow().median()))
        : Optional.empty();
  }

  /**
   * The peaks that the runs suggest for a cycle, each by itself; empty where none suggests one.
   *
   * @param steps of the cycle, at least 1
   */
  public Optional<Spread> peaks(long steps) {
    return spread(
        runs.stream()
            .flatMap(run -> run.suggestion().stream())
            .mapToDouble(peak -> peak.over(steps)));
  }

  /**
   * The {@link #peaks} where the seed of a test decides its peak for a cycle: they are not within a
   * factor of three of each other. Empty where they are.
   *
   * @param steps of the cycle, at least 1
   */
  public Optional<Spread> disagreement(long steps) {
    return peaks(steps).filter(peaks -> peaks.factor() > AGREEMENT);
  }

  private static Optional<Spread> spread(
      List<RangeResult> runs, Function<Readings, OptionalDouble> reading) {
    return spread(
        runs.stream()
            .map(run -> reading.apply(run.readings()))
            .flatMapToDouble(OptionalDouble::stream));
  }

  private static Optional<Spread> spread(DoubleStream found) {
    double[] rates = found.sorted().toArray();
    int n = rates.length;
    if (n == 0) {
      return Optional.empty();
    }
    double median =
        n % 2 == 1 ? rates[n / 2] : Math.sqrt(rates[n / 2 - 1]) * Math.sqrt(rates[n / 2]);
    return Optional.of(new Spread(median, rates[0], rates[n - 1], n));
  }

  private static Verdict judged(List<RangeResult> runs) {
    if (runs.size() == 1) {
      return runs.get(0).verdict();
    }
    Optional<Spread> edges = spread(runs, Readings::edge);
    int shown = edges.map(Spread::count).orElse(0);
    if (2 * shown <= runs.size()) {
      return withoutEdge(runs, shown);
    }
    Spread edge = edges.orElseThrow();
    Spread trough = spread(runs, Readings::trough).orElseThrow();
    String found =
        Numbers.format(
            "%d of %d tests show an edge, at learning rates from %s to %s; the loss stayed low around"
                + " %s to %s, with the median at %s",
            shown,
            runs.size(),
            VerdictMessages.number(edge.low()),
            VerdictMessages.number(edge.high()),
            VerdictMessages.number(trough.low()),
            VerdictMessages.number(trough.high()),
            VerdictMessages.number(trough.median()));
    // From half of them on the median edge rests on single losses.
    boolean byOneLoss = 2 * count(runs, Kind.SINGLE_LOSS) >= shown;
    if (trough.factor() > AGREEMENT || (byOneLoss && edge.factor() > AGREEMENT)) {
      return new Verdict(
          Kind.NOISY,
          found,
          "they disagree too much, and none of them is a guide: use a larger batch or more steps, or"
              + " give a careful rate by hand");
    }
    SuggestedPeak peak = new SuggestedPeak(trough.median(), edge.median());
    return 2 * count(runs, Kind.UNCERTAIN) > shown
        ? new Verdict(
            Kind.UNCERTAIN,
            found + ", but most of these edges are uncertain",
            VerdictMessages.uncertain(peak))
        : new Verdict(Kind.CLEAR, found, VerdictMessages.clear(peak));
  }

  private static long count(List<RangeResult> runs, Kind kind) {
    return runs.stream().filter(run -> run.verdict().kind() == kind).count();
  }

  private static Verdict withoutEdge(List<RangeResult> runs, int shown) {
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    runs.forEach(run -> counts.merge(run.verdict().kind(), 1L, Long::sum));
    Kind kind =
        GRAVEST_FIRST.stream()
            .filter(counts::containsKey)
            .max(
                Comparator.comparing((Kind candidate) -> counts.getOrDefault(candidate, 0L))
                    .thenComparing(Comparator.comparing(GRAVEST_FIRST::indexOf).reversed()))
            .orElseThrow();
    Verdict one =
        runs.stream()
            .map(RangeResult::verdict)
            .filter(verdict -> verdict.kind() == kind)
            .findFirst()
            .orElseThrow();
    String edges =
        shown == 0
            ? Numbers.format("None of the %d tests shows an edge; in one of them, ", runs.size())
            : Numbers.format(
                "%d of %d tests %s an edge; in another, ",
                shown, runs.size(), shown == 1 ? "shows" : "show");
    boolean disagree = kind == Kind.NO_EDGE && 2 * shown == runs.size();
    boolean alike = counts.size() == 1;
    return new Verdict(
        disagree ? Kind.NOISY : kind, edges + asClause(one.finding()), advice(kind, one, alike));
  }

  private static String asClause(String sentence) {
    return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }

  /**
   * A single test advises to look at others, or goes by its own end; here there are others.
   *
   * @param alike whether all tests have this kind
   */
  private static String advice(Kind kind, Verdict one, boolean alike) {
    return switch (kind) {
      case SINGLE_LOSS ->
          "a bad batch cannot be told from a rate that is too high: use a larger batch or more steps";
      case NO_EDGE -> alike ? one.advice() : "use a larger batch or more steps";
      default -> one.advice();
    };
  }
}
