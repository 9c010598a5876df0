package dev.onecycle.tune;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.Optional;

/**
 * Several values of one hyper-parameter, tried under conditions that are equal but for it, and the
 * one that the evidence is for.
 *
 * @param parameter what was varied
 * @param candidates in the order they were tried, their values distinct
 * @param chosen the value to train with; empty where the evidence does not tell
 * @param explanation one sentence: why that one, or what is missing
 */
public record Sweep(
    Hyperparameter parameter,
    List<Candidate> candidates,
    Optional<Candidate> chosen,
    String explanation) {
  public Sweep {
    candidates = List.copyOf(candidates);
  }

  /**
   * Chooses by the range tests: of the candidates whose edge is at least half of the best edge, the
   * largest.
   *
   * <p>So as much regularisation is kept as leaves a high rate possible, and no more is chosen
   * because of a difference that a single curve can show by chance. <i>Source:</i> S. Gugger, "The
   * 1cycle policy" (2018), reads it off the curves by eye; the factor of two is ours.
   */
  public static Sweep byEdge(Hyperparameter parameter, List<Candidate> candidates) {
    return new EdgeRule(parameter, requireDistinct(parameter, candidates)).apply();
  }

  /**
   * Chooses by short cycles: the candidate with the highest accuracy on images that it was not
   * trained on; of equals, the largest. A cycle that diverged loses.
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
