package dev.onecycle.report.claims;

import dev.onecycle.report.compare.MeanAndDeviation;
import java.util.Optional;

/**
 * What the runs say about a claim.
 *
 * @param reason the test that decided, or why none could
 * @param test its numbers; empty where there was none
 */
public record Verdict(Kind kind, String reason, Optional<Test> test) {
  /** The verdicts. */
  public enum Kind {
    /** The claim holds. */
    HOLDS("holds"),
    /** The claim does not hold. */
    DOES_NOT_HOLD("does not hold"),
    /** The runs are too few, too short or too different to tell. */
    NOT_DECIDABLE("not decidable");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * A t test.
   *
   * @param sum mean and standard deviation over seeds
   * @param low end of the 95 % interval of the mean
   * @param high end of it
   * @param p two-sided, that the mean is the bound
   */
  public record Test(MeanAndDeviation sum, double low, double high, double p) {}

  /** The verdict where no test could be made. */
  public static Verdict undecided(String reason) {
    return new Verdict(Kind.NOT_DECIDABLE, reason, Optional.empty());
  }
}
