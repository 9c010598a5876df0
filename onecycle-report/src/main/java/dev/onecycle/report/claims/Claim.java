package dev.onecycle.report.claims;

import dev.onecycle.error.Require;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A statement about a weighted sum of the results of arms: of a difference of two arms, the weights
 * are 1 and −1.
 *
 * @param text the statement in a sentence
 * @param quantity of each arm
 * @param weights of the arms, by name; of rates the sum is of logarithms to base ten
 * @param relation of the sum to the bound
 * @param bound that the sum is compared with
 * @param margin beyond the bound that the interval of a claim that does not hold may reach, 0 or
 *     more; of a claim that holds, any difference from the bound counts
 */
public record Claim(
    String text,
    Quantity quantity,
    Map<String, Double> weights,
    Relation relation,
    double bound,
    double margin) {
  /** The relation of a sum to a bound. */
  public enum Relation {
    /** It is above the bound. */
    ABOVE,
    /** It is below the bound. */
    BELOW,
    /** It is another number than the bound. */
    DIFFERENT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Claim {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
    Require.that(!weights.isEmpty(), "contrast", "weights of arms", weights, weights);
    Require.that(Double.isFinite(bound), "bound of a claim", "a number", bound, bound);
    Require.atLeast("margin of a claim", margin, 0);
  }

  /** Whether it compares arms, so that what all of them share cancels out. */
  public boolean compares() {
    return weights.values().stream().anyMatch(weight -> weight < 0);
  }
}
