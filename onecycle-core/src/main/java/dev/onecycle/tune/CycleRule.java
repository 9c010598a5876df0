package dev.onecycle.tune;

import dev.onecycle.text.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The rule of {@link Sweep#byCycle}, with the reason for its choice. */
record CycleRule(Hyperparameter parameter, List<Candidate> candidates) {
  private static final Comparator<Candidate> BEST_LAST =
      Comparator.comparingDouble((Candidate c) -> outcome(c).accuracy())
          .thenComparingDouble(Candidate::value);

  Sweep apply() {
    List<Candidate> evaluated =
        candidates.stream()
            .filter(c -> c.cycle().isPresent() && !outcome(c).diverged())
            .sorted(BEST_LAST.reversed())
            .toList();
    if (evaluated.isEmpty()) {
      return new Sweep(
          parameter,
          candidates,
          OptionalDouble.empty(),
          "No candidate finished a short cycle: each diverged, or its range test gave no rate"
              + " to run one at; run the cycles at a lower rate, the same for all of them.");
    }
    Candidate chosen = evaluated.get(0);
    return new Sweep(
        parameter, candidates, OptionalDouble.of(chosen.value()), because(chosen, evaluated));
  }

  private String because(Candidate chosen, List<Candidate> evaluated) {
    CycleOutcome outcome = outcome(chosen);
    String first =
        Numbers.format(
            "%s: the %s with the best accuracy after %s, %s of %,d held-out images",
            parameter.text(chosen.value()),
            parameter.title(),
            epochs(outcome),
            percent(outcome.accuracy()),
            outcome.images());
    String others =
        candidates.stream()
            .filter(c -> !evaluated.contains(c))
            .map(
                c ->
                    "; "
                        + parameter.text(c.value())
                        + (c.cycle().isPresent() ? " diverged" : " gave no rate"))
            .collect(Collectors.joining());
    if (evaluated.size() == 1) {
      return first + others + ".";
    }
    Candidate next = evaluated.get(1);
    double lead = outcome.accuracy() - outcome(next).accuracy();
    // Two standard errors of a difference, which the drawing of the images exceeds one time in
    // twenty. What the seed of a cycle does is not known from one cycle each.
    double error = Math.hypot(outcome.standardError(), outcome(next).standardError());
    return first
        + Numbers.format(
            "; %s comes next with %s, %s; each had one cycle from one seed, and another seed may"
                + " choose otherwise%s.",
            parameter.text(next.value()),
            percent(outcome(next).accuracy()),
            lead > 2 * error
                ? "farther behind than the number of images explains"
                : "no farther behind than the number of images explains",
            others);
  }

  private static String epochs(CycleOutcome outcome) {
    int count = outcome.epochs().size();
    return count == 1 ? "a cycle of 1 epoch" : "a cycle of " + count + " epochs";
  }

  private static String percent(double share) {
    return Numbers.format("%.2f %%", 100 * share);
  }

  private static CycleOutcome outcome(Candidate candidate) {
    return candidate.cycle().orElseThrow();
  }
}
