package dev.onecycle.report.claims;

import dev.onecycle.report.claims.Verdict.Kind;
import dev.onecycle.report.compare.MeanAndDeviation;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * Decides a claim by the runs of several seeds: a t test of the sum, computed once for each seed.
 *
 * <p>Runs of a seed have the same first weights, the same order of images and the same held-out
 * part, so that a difference of arms is taken seed by seed. <i>Source:</i> Student (1908), "The
 * probable error of a mean"; as a paired test where the sum is a difference of two arms.
 *
 * <p>The claim holds where the 95 % interval of the sum lies on its side of the bound. It does not
 * hold where the interval ends before the bound and its margin. It is not decidable otherwise, and
 * with fewer than {@value #MIN_SEEDS} seeds. The interval is two-sided: of equal arms, a claim of
 * one side holds by chance once in forty; {@link ManyClaims} corrects for the number of claims.
 */
public final class ClaimTest {
  /** With fewer seeds the spread is unknown. */
  public static final int MIN_SEEDS = 2;

  /** The share of samples whose interval has the true mean. */
  public static final double LEVEL = 0.95;

  /** Equal results differ by the rounding of their sums, and no measure is as fine as this. */
  private static final double SAME = 1e-9;

  private ClaimTest() {}

  /**
   * Decides a claim.
   *
   * @param values of each arm by seed
   */
  public static Verdict of(Claim claim, Map<String, ? extends SortedMap<Long, Double>> values) {
    List<String> absent =
        claim.weights().keySet().stream().filter(arm -> !values.containsKey(arm)).toList();
    if (!absent.isEmpty()) {
      return Verdict.undecided(
          Numbers.format(
              "no finished %s of %s has a %s",
              claim.quantity().rate() ? "range test" : "run",
              String.join(", ", absent),
              claim.quantity().noun()));
    }
    double[] sums = sums(claim, values);
    if (sums.length < MIN_SEEDS) {
      return Verdict.undecided(
          Numbers.format(
              "%d %s of all arms %s finished, and a spread needs %d",
              sums.length,
              sums.length == 1 ? "seed" : "seeds",
              sums.length == 1 ? "is" : "are",
              MIN_SEEDS));
    }
    MeanAndDeviation sum = MeanAndDeviation.of(sums);
    if (sum.deviation() < SAME * Math.max(1, Math.abs(sum.mean()))) {
      return Verdict.undecided("all seeds have the same result, so there is no spread to judge by");
    }
    double half =
        new TDistribution(sums.length - 1).inverseCumulativeProbability((1 + LEVEL) / 2)
            * sum.deviation()
            / Math.sqrt(sums.length);
    double p = p(sum, claim.bound());
    double low = sum.mean() - half;
    double high = sum.mean() + half;
    return new Verdict(
        kind(claim, low, high), reason(claim), Optional.of(new Verdict.Test(sum, low, high, p)));
  }

  /**
   * The p-value of a decision, two-sided: that the mean is the bound, or, of a claim that does not
   * hold, the bound with its margin; 1 where nothing is decided.
   */
  static double p(Claim claim, Kind kind, Verdict.Test test) {
    double beyond = claim.bound() + claim.margin();
    double before = claim.bound() - claim.margin();
    return switch (kind) {
      case HOLDS -> test.p();
      case NOT_DECIDABLE -> 1;
      case DOES_NOT_HOLD ->
          switch (claim.relation()) {
            case ABOVE -> p(test.sum(), beyond);
            case BELOW -> p(test.sum(), before);
            case DIFFERENT -> Math.max(p(test.sum(), beyond), p(test.sum(), before));
          };
    };
  }

  private static double p(MeanAndDeviation sum, double bound) {
    double t = (sum.mean() - bound) / (sum.deviation() / Math.sqrt(sum.n()));
    return 2 * new TDistribution(sum.n() - 1).cumulativeProbability(-Math.abs(t));
  }

  private static Kind kind(Claim claim, double low, double high) {
    double bound = claim.bound();
    double margin = claim.margin();
    boolean above = low > bound;
    boolean below = high < bound;
    return switch (claim.relation()) {
      case ABOVE ->
          above ? Kind.HOLDS : high < bound + margin ? Kind.DOES_NOT_HOLD : Kind.NOT_DECIDABLE;
      case BELOW ->
          below ? Kind.HOLDS : low > bound - margin ? Kind.DOES_NOT_HOLD : Kind.NOT_DECIDABLE;
      case DIFFERENT ->
          above || below
              ? Kind.HOLDS
              : low > bound - margin && high < bound + margin
                  ? Kind.DOES_NOT_HOLD
                  : Kind.NOT_DECIDABLE;
    };
  }

  private static String reason(Claim claim) {
    return claim.compares() ? "t test, paired by seed" : "t test of one sample";
  }

  /** The sum for each seed that all arms have. */
  private static double[] sums(Claim claim, Map<String, ? extends SortedMap<Long, Double>> values) {
    SortedMap<Long, Double> sums = new TreeMap<>();
    SortedMap<Long, Integer> arms = new TreeMap<>();
    claim
        .weights()
        .forEach(
            (arm, weight) ->
                Optional.ofNullable(values.get(arm))
                    .orElseThrow()
                    .forEach(
                        (seed, value) -> {
                          double term = claim.quantity().rate() ? Math.log10(value) : value;
                          sums.merge(seed, weight * term, Double::sum);
                          arms.merge(seed, 1, Integer::sum);
                        }));
    arms.values().removeIf(count -> count < claim.weights().size());
    sums.keySet().retainAll(arms.keySet());
    return sums.values().stream().mapToDouble(Double::doubleValue).toArray();
  }
}
