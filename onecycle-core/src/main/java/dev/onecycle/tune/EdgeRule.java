package dev.onecycle.tune;

import dev.onecycle.range.Verdict;
import dev.onecycle.text.Numbers;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The rule of {@link Sweep#byEdge}, with the reason for its choice. */
record EdgeRule(Hyperparameter parameter, List<Candidate> candidates) {
  private static final double SHARE_OF_BEST = 0.5;

  /** Measured: edges above 0.3 of one weight decay differed by a factor of up to 2.8. */
  private static final String ONE_TEST_EACH =
      "; one test each, and with another seed an edge can differ by more than a factor of two";

  Sweep apply() {
    List<Candidate> unread = candidates.stream().filter(c -> c.edge().isEmpty()).toList();
    if (!unread.isEmpty()) {
      return undecided(unreadable(unread));
    }
    double best = candidates.stream().mapToDouble(this::reach).max().orElseThrow();
    if (best == 0) {
      return undecided(
          "no candidate has an edge: each curve left before its loss had fallen, or its tests"
              + " learned nothing; start the range lower or take more steps, and if that does not"
              + " help, look at data, labels and model");
    }
    Candidate chosen =
        candidates.stream()
            .filter(c -> reach(c) >= SHARE_OF_BEST * best)
            .max(Comparator.comparingDouble(Candidate::value))
            .orElseThrow();
    return new Sweep(
        parameter, candidates, OptionalDouble.of(chosen.value()), because(chosen, best));
  }

  private double reach(Candidate candidate) {
    return parameter.reach(candidate.value(), candidate.edge().orElseThrow());
  }

  private String because(Candidate chosen, double best) {
    String others =
        candidates.stream()
            .filter(c -> c.value() != chosen.value())
            .sorted(Comparator.comparingDouble(Candidate::value).reversed())
            .map(c -> parameter.text(c.value()) + " " + reaches(c))
            .collect(Collectors.joining(", "));
    boolean single = candidates.stream().allMatch(c -> c.test().runs().size() == 1);
    return Numbers.format(
        "%s: the largest %s whose %s, %s, is at least half of the best, %s%s.",
        parameter.text(chosen.value()),
        parameter.title(),
        parameter.reachTitle(),
        reached(chosen),
        rounded(best),
        others.isEmpty() ? "" : "; " + others + (single ? ONE_TEST_EACH : ""));
  }

  private String reaches(Candidate candidate) {
    return candidate.edge().orElseThrow() == 0
        ? candidate.test().verdict().kind() == Verdict.Kind.NOTHING_LEARNED
            ? "learned nothing in its tests"
            : "diverged at once"
        : "reaches " + reached(candidate);
  }

  private String reached(Candidate candidate) {
    return (candidate.beyondRange() ? "more than " : "")
        + rounded(reach(candidate))
        + (candidate.test().verdict().kind() == Verdict.Kind.UNCERTAIN ? " (uncertain)" : "");
  }

  private static String rounded(double value) {
    return Numbers.brief(value >= 10 ? Math.round(value * 10) / 10.0 : value);
  }

  private Sweep undecided(String why) {
    String sentence = why.substring(0, 1).toUpperCase(Locale.ROOT) + why.substring(1) + ".";
    return new Sweep(parameter, candidates, OptionalDouble.empty(), sentence);
  }

  private String unreadable(List<Candidate> unread) {
    String which =
        unread.stream()
            .map(
                c ->
                    parameter.text(c.value())
                        + " ("
                        + c.test()
                            .verdict()
                            .kind()
                            .name()
                            .toLowerCase(Locale.ROOT)
                            .replace('_', ' ')
                        + ")")
            .collect(Collectors.joining(", "));
    boolean noise = unread.stream().anyMatch(c -> c.test().verdict().kind() == Verdict.Kind.NOISY);
    boolean repeated = candidates.stream().allMatch(Candidate::repeated);
    String advice =
        repeated
            ? noise ? "use a larger batch or more steps" : "take more steps over a wider range"
            : "run each test over three seeds";
    return Numbers.format(
        "no %s can be chosen, for the curve of %s cannot be read; %s, or compare by short cycles",
        parameter.title(), which, advice);
  }
}
