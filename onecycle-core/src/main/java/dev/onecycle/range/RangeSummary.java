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

/**
 * Several range tests under the same conditions, summed up.
 *
 * <p>It is clear if more than half of the runs show an edge, and these lie within a factor of three
 * of each other; the suggestion then is a tenth of the median edge. A test that a single loss ended
 * counts by the rate where it ended: what happens at one rate whatever the seed is no bad batch.
 * The summary is noisy where the edges disagree; where there are too few edges, its verdict is the
 * verdict that most of the other runs have.
 *
 * @param runs the tests, at least one: repeats that differ in their random seed alone, which draws
 *     the first weights and the order and augmentation of the images
 * @param edge over the runs that show one; empty where none does, as with the other readings
 * @param minimum of the smoothed loss
 * @param steepest descent of the smoothed loss
 * @param valley two thirds down its longest descent
 * @param verdict whether the median edge can be trusted
 */
public record RangeSummary(
    List<RangeResult> runs,
    Optional<Spread> edge,
    Optional<Spread> minimum,
    Optional<Spread> steepest,
    Optional<Spread> valley,
    Verdict verdict) {

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
    Optional<Spread> edge = spread(runs, Readings::edge);
    return new RangeSummary(
        runs,
        edge,
        spread(runs, Readings::minimum),
        spread(runs, Readings::steepest),
        spread(runs, Readings::valley),
        verdict(runs, edge));
  }

  /** The suggested peak rate, a tenth of the median edge; empty where the verdict suggests none. */
  public OptionalDouble suggestion() {
    return verdict.suggests()
        ? OptionalDouble.of(edge.orElseThrow().median() / RangeResult.MARGIN)
        : OptionalDouble.empty();
  }

  private static Optional<Spread> spread(
      List<RangeResult> runs, Function<Readings, OptionalDouble> reading) {
    double[] rates =
        runs.stream()
            .map(run -> reading.apply(run.readings()))
            .flatMapToDouble(OptionalDouble::stream)
            .sorted()
            .toArray();
    int n = rates.length;
    if (n == 0) {
      return Optional.empty();
    }
    double median =
        n % 2 == 1 ? rates[n / 2] : Math.sqrt(rates[n / 2 - 1]) * Math.sqrt(rates[n / 2]);
    return Optional.of(new Spread(median, rates[0], rates[n - 1], n));
  }

  private static Verdict verdict(List<RangeResult> runs, Optional<Spread> edges) {
    if (runs.size() == 1) {
      return runs.get(0).verdict();
    }
    int shown = edges.map(Spread::count).orElse(0);
    if (2 * shown <= runs.size()) {
      return withoutEdge(runs, shown);
    }
    Spread edge = edges.orElseThrow();
    String found =
        Numbers.format(
            "%d of %d runs show an edge, at learning rates from %s to %s with the median at %s",
            shown,
            runs.size(),
            VerdictMessages.number(edge.low()),
            VerdictMessages.number(edge.high()),
            VerdictMessages.number(edge.median()));
    if (edge.factor() > AGREEMENT) {
      return new Verdict(
          Kind.NOISY,
          found,
          "they disagree too much: use a larger batch or more steps, or give a careful rate by hand,"
              + " such as "
              + VerdictMessages.number(edge.low() / RangeResult.MARGIN)
              + ", a tenth of the lowest");
    }
    String peak = VerdictMessages.number(edge.median() / RangeResult.MARGIN);
    long uncertain = runs.stream().filter(run -> run.verdict().kind() == Kind.UNCERTAIN).count();
    return 2 * uncertain > shown
        ? new Verdict(
            Kind.UNCERTAIN,
            found + ", but the loss had risen before it",
            "a peak of "
                + peak
                + ", a tenth of the median, is uncertain: compare short runs at it, at a third and"
                + " at a tenth of it")
        : new Verdict(
            Kind.CLEAR, found, "train with a peak of " + peak + ", a tenth of the median");
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
    return new Verdict(
        kind,
        Numbers.format(
            "%d of %d runs show an edge; of the others, one says: %s",
            shown, runs.size(), one.finding()),
        one.advice());
  }
}
