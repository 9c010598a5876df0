package dev.onecycle.tune;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Values of one hyper-parameter, tried under conditions that are equal otherwise, and the choice
 * among them.
 *
 * @param parameter the hyper-parameter
 * @param candidates in the order they were tried, their values distinct
 * @param chosenValue the value to train with; empty where the evidence does not tell
 * @param explanation one sentence: the reason for the choice, or the evidence that is missing
 */
public record Sweep(
    Hyperparameter parameter,
    List<Candidate> candidates,
    OptionalDouble chosenValue,
    String explanation) {
  public Sweep {
    candidates = List.copyOf(candidates);
    if (chosenValue.isPresent() && find(candidates, chosenValue.getAsDouble()).isEmpty()) {
      throw Require.invalid("chosen value", "the value of a candidate", chosenValue.getAsDouble());
    }
  }

  /** The candidate to train with; empty where the evidence does not tell. */
  public Optional<Candidate> chosen() {
    return chosenValue.isPresent() ? find(candidates, chosenValue.getAsDouble()) : Optional.empty();
  }

  private static Optional<Candidate> find(List<Candidate> candidates, double value) {
    return candidates.stream().filter(candidate -> candidate.value() == value).findFirst();
  }

  /**
   * Chooses by the range tests: of the candidates whose edge is at least half of the best edge, the
   * largest.
   *
   * <p>So as much regularisation is kept as leaves a high rate possible, and a difference of less
   * than a factor of two does not lower the choice. Single tests can differ by more with the seed
   * alone: edges of one weight decay did by a factor of up to 2.8. The median of tests over several
   * seeds varies less. <i>Source:</i> S. Gugger, "The 1cycle policy" (2018), reads it off the
   * curves by eye; the factor of two is ours.
   */
  public static Sweep byEdge(Hyperparameter parameter, List<Candidate> candidates) {
    return new EdgeRule(parameter, requireDistinct(parameter, candidates)).apply();
  }

  /**
   * Chooses by short cycles: the candidate with the highest accuracy on images that it was not
   * trained on; of equals, the largest. A cycle that diverged is never chosen.
   *
   * <p>The explanation says whether the number of images explains the lead over the next candidate.
   * How much the seed explains is not known: each candidate has one cycle from one seed.
   *
   * @param candidates each with its cycle, unless its range test gave no rate to run one at
   */
  public static Sweep byCycle(Hyperparameter parameter, List<Candidate> candidates) {
    return new CycleRule(parameter, requireDistinct(parameter, candidates)).apply();
  }

  private static List<Candidate> requireDistinct(
      Hyperparameter parameter, List<Candidate> candidates) {
    Require.atLeast("candidates", candidates.size(), 1);
    List<Double> values = candidates.stream().map(Candidate::value).toList();
    values.forEach(parameter::require);
    Require.that(
        values.stream().distinct().count() == values.size(),
        "candidates of " + parameter.title(),
        "distinct",
        values,
        values);
    return candidates;
  }
}
