package dev.onecycle.report.page;

import dev.onecycle.record.Measure;
import dev.onecycle.report.compare.Comparison;
import dev.onecycle.report.compare.Comparison.SeedGroup;
import dev.onecycle.report.compare.RunResult;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The result of a comparison in sentences. */
final class ComparisonText {
  private ComparisonText() {}

  static String of(Comparison comparison) {
    List<String> sentences = new ArrayList<>(List.of(best(comparison)));
    if (comparison.differences().stream().anyMatch(d -> d.name().equals("data"))) {
      boolean images =
          comparison.results().stream().allMatch(r -> r.validation().noun().equals("images"));
      sentences.add(
          "The runs were not all trained on the same " + (images ? "images." : "samples."));
    }
    for (SeedGroup group : comparison.groups()) {
      if (Double.isNaN(group.score().mean())) {
        continue; // one was not evaluated
      }
      sentences.add(
          Numbers.format(
              "Over %d seeds (%s): %s %s%s, validation loss %s (mean ± standard deviation).",
              group.score().n(),
              String.join(", ", group.names()),
              group.measure().title(),
              spread(group),
              group.measure().share() ? " %" : "",
              group.validationLoss().text(4)));
    }
    return String.join(" ", sentences);
  }

  /** The values of a metric over seeds, without a unit: "60.00 ± 10.00". */
  static String spread(SeedGroup group) {
    return group.score().text(group.measure().share() ? 2 : 4);
  }

  private static String best(Comparison comparison) {
    List<Measure> measures = comparison.measures();
    if (measures.size() > 1) {
      return "The runs are not ranked, since their best epochs are told by different metrics: "
          + measures.stream().map(Measure::title).collect(Collectors.joining(", "))
          + ".";
    }
    if (!measures.isEmpty() && !measures.get(0).equals(Measure.ACCURACY)) {
      return best(comparison.ranked(), measures.get(0));
    }
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
                    "; on %,d %s this difference may be chance",
                    second.validation().images(), second.validation().noun())
                : "")
        : Numbers.format(
            "%s and %s are equal with an accuracy of %.2f %%.",
            first.name(), second.name(), accuracy(first));
  }

  /** By a metric other than the accuracy, whose chance is not known. */
  private static String best(List<RunResult> ranked, Measure measure) {
    if (ranked.isEmpty()) {
      return "No evaluation has a finite " + measure.title() + ".";
    }
    RunResult first = ranked.get(0);
    String value = measure.text(last(first));
    if (ranked.size() == 1) {
      return Numbers.format("%s: %s %s.", first.name(), measure.title(), value);
    }
    RunResult second = ranked.get(1);
    double difference = Math.abs(last(first) - last(second));
    return difference > 0
        ? Numbers.format(
            "%s is best: %s %s, %s %s %s.",
            first.name(),
            measure.title(),
            value,
            measure.share()
                ? Numbers.format("%.2f points", 100 * difference)
                : Numbers.rounded(difference, 2),
            measure.better() == Measure.Better.HIGHER ? "above" : "below",
            second.name())
        : Numbers.format(
            "%s and %s are equal: %s %s.", first.name(), second.name(), measure.title(), value);
  }

  private static double last(RunResult result) {
    return result.score().orElseThrow().last();
  }

  private static double accuracy(RunResult result) {
    return result.accuracy().orElse(Double.NaN);
  }
}
