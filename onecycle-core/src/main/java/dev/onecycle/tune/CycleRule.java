package dev.onecycle.tune;

import dev.onecycle.text.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The rule of {@link Sweep#byCycle}, with its reasons. */
record CycleRule(Hyperparameter parameter, List<Candidate> candidates) {
  private static final Comparator<Candidate> BEST_LAST =
      Comparator.comparingDouble((Candidate c) -> outcome(c).accuracy())
          .thenComparingDouble(Candidate::value);

  Sweep apply() {
    List<Candidate> judged =
        candidates.stream()
            .filter(c -> c.cycle().isPresent() && !outcome(c).diverged())
            .sorted(BEST_LAST.reversed())
            .toList();
    if (judged.isEmpty()) {
      return new Sweep(
          parameter,
          candidates,
          Optional.empty(),
          "No candidate came through a short cycle: each diverged, or its range test gave no rate"
              + " to run one at; give a lower rate for all of them.");
    }
    Candidate chosen = judged.get(0);
    return new Sweep(parameter, candidates, Optional.of(chosen), because(chosen, judged));
  }

  private String because(Candidate chosen, List<Candidate> judged) {
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
            .filter(c -> !judged.contains(c))
            .map(
                c ->
                    "; "
                        + parameter.text(c.value())
                        + (c.cycle().isPresent() ? " diverged" : " gave no rate"))
            .collect(Collectors.joining());
    if (judged.size() == 1) {
      return first + others + ".";
    }
    Candidate next = judged.get(1);
    double lead = outcome.accuracy() - outcome(next).accuracy();
    // Two standard errors of a difference: what chance exceeds one time in twenty.
    double error = Math.hypot(outcome.standardError(), outcome(next).standardError());
    return first
        + Numbers.format(
            "; %s comes next with %s, %s%s.",
            parameter.text(next.value()),
            percent(outcome(next).accuracy()),
            lead > 2 * error
                ? "behind by more than chance explains"
                : "as close as chance alone could bring it",
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
