package dev.onecycle.report.page;

import dev.onecycle.report.compare.Comparison;
import dev.onecycle.report.compare.Comparison.SeedGroup;
import dev.onecycle.report.compare.RunResult;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;

/** The result of a comparison in sentences. */
final class ComparisonText {
  private ComparisonText() {}

  static String of(Comparison comparison) {
    List<String> sentences = new ArrayList<>(List.of(best(comparison)));
    if (comparison.differences().stream().anyMatch(d -> d.name().equals("data"))) {
      sentences.add("The runs were not all trained on the same images.");
    }
    for (SeedGroup group : comparison.groups()) {
      if (comparison.ranked().isEmpty()) {
        continue; // no accuracy to give the mean of
      }
      sentences.add(
          Numbers.format(
              "Over %d seeds (%s): accuracy %s %%, validation loss %s (mean ± standard deviation).",
              group.accuracy().n(),
              String.join(", ", group.names()),
              group.accuracy().text(2),
              group.validationLoss().text(4)));
    }
    return String.join(" ", sentences);
  }

  private static String best(Comparison comparison) {
    List<RunResult> ranked = comparison.ranked();
    if (ranked.isEmpty()) {
      boolean evaluated =
          comparison.results().stream().anyMatch(result -> result.validationLoss().isPresent());
      return evaluated
          ? "The runs have no accuracy; the table has their validation losses."
          : "No accuracy is recorded yet.";
    }
    RunResult first = ranked.get(0);
    if (ranked.size() == 1) {
      return Numbers.format("%s: accuracy %.2f %%.", first.name(), accuracy(first));
    }
    RunResult second = ranked.get(1);
    double points = accuracy(first) - accuracy(second);
    return points > 0
        ? Numbers.format(
            "%s is best with an accuracy of %.2f %%, %.2f points above %s%s.",
            first.name(),
            accuracy(first),
            points,
            second.name(),
            first.maybeEqual(second)
                ? Numbers.format(
                    "; on %,d images this difference may be chance", second.validation().images())
                : "")
        : Numbers.format(
            "%s and %s are equal with an accuracy of %.2f %%.",
            first.name(), second.name(), accuracy(first));
  }

  private static double accuracy(RunResult result) {
    return result.accuracy().orElse(Double.NaN);
  }
}
