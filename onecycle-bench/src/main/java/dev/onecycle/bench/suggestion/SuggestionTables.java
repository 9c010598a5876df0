package dev.onecycle.bench.suggestion;

import dev.onecycle.math.Interpolation;
import dev.onecycle.range.Readings;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The results of range tests and cycles as tables in Markdown. */
final class SuggestionTables {
  private SuggestionTables() {}

  /** What the range tests of each setting read, one row a test. */
  static List<String> readings(List<Setting> settings, MeasuredFile file) {
    List<String> lines = new ArrayList<>();
    lines.add("| setting | seed | verdict | edge | trough | minimum | steepest | valley |");
    lines.add("|---|---|---|---|---|---|---|---|");
    for (Setting setting : settings) {
      file.ranges(setting)
          .forEach(
              (seed, test) -> {
                Readings read = test.readings();
                lines.add(
                    Numbers.format(
                        "| %s | %d | %s | %s | %s | %s | %s | %s |",
                        setting.name(),
                        seed,
                        test.verdict().kind().name().toLowerCase(Locale.ROOT),
                        text(read.edge()),
                        text(read.trough()),
                        text(read.minimum()),
                        text(read.steepest()),
                        text(read.valley())));
              });
    }
    return lines;
  }

  private static String text(OptionalDouble rate) {
    return rate.isPresent() ? Numbers.brief(rate.getAsDouble()) : "–";
  }

  /**
   * The cost of the rules' peak rates: the accuracy at the best rate of the grid less the accuracy
   * at the rule's rate, in points, by setting, as the mean over the setting's range tests; then the
   * mean and the largest cost of each rule.
   */
  static List<String> costs(List<Setting> settings, MeasuredFile file) {
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder("| setting | steps | best rate | accuracy |");
    StringBuilder rule = new StringBuilder("|---|---|---|---|");
    for (Rule one : Rule.values()) {
      head.append(' ').append(one.formula()).append(" |");
      rule.append("---|");
    }
    lines.add(head.toString());
    lines.add(rule.toString());
    Map<Rule, List<Double>> columns = new TreeMap<>();
    for (Setting setting : settings) {
      NavigableMap<Integer, Double> accuracies = file.accuracies(setting);
      if (!accuracies.isEmpty()) {
        lines.add(row(setting, accuracies, file.readings(setting), columns));
      }
    }
    lines.add(summary("mean", columns, SuggestionTables::mean));
    lines.add(summary("largest", columns, Collections::max));
    return lines;
  }

  private static String row(
      Setting setting,
      NavigableMap<Integer, Double> accuracies,
      List<Readings> readings,
      Map<Rule, List<Double>> columns) {
    Map.Entry<Integer, Double> best =
        Collections.max(accuracies.entrySet(), Map.Entry.comparingByValue());
    StringBuilder row =
        new StringBuilder(
            Numbers.format(
                "| %s | %,d | %s | %.1f |",
                setting.name(),
                setting.steps(),
                Numbers.brief(PeakGrid.rate(best.getKey())),
                100 * best.getValue()));
    for (Rule rule : Rule.values()) {
      Optional<Double> cost = cost(rule, setting.steps(), accuracies, readings);
      cost.ifPresent(points -> columns.computeIfAbsent(rule, key -> new ArrayList<>()).add(points));
      row.append(cost.map(points -> Numbers.format(" %.1f |", points)).orElse(" – |"));
    }
    return row.toString();
  }

  /** The mean cost of a rule over the range tests that show what it needs, in points. */
  static Optional<Double> cost(
      Rule rule, long steps, NavigableMap<Integer, Double> accuracies, List<Readings> readings) {
    double best = Collections.max(accuracies.values());
    List<Double> costs = new ArrayList<>();
    for (Readings one : readings) {
      OptionalDouble peak = rule.peak(one, steps);
      if (peak.isPresent()) {
        costs.add(100 * (best - accuracy(accuracies, peak.getAsDouble())));
      }
    }
    return costs.isEmpty() ? Optional.empty() : Optional.of(mean(costs));
  }

  /** The accuracy at a rate, between its neighbours in the grid or at the grid's end. */
  static double accuracy(NavigableMap<Integer, Double> accuracies, double rate) {
    double place =
        Math.max(accuracies.firstKey(), Math.min(accuracies.lastKey(), 2 * Math.log10(rate)));
    Map.Entry<Integer, Double> below = accuracies.floorEntry((int) Math.floor(place));
    Map.Entry<Integer, Double> above = accuracies.ceilingEntry((int) Math.ceil(place));
    int gap = above.getKey() - below.getKey();
    return gap == 0
        ? below.getValue()
        : Interpolation.linear(below.getValue(), above.getValue(), (place - below.getKey()) / gap);
  }

  private static String summary(
      String name, Map<Rule, List<Double>> columns, ToDoubleFunction<List<Double>> summary) {
    StringBuilder row = new StringBuilder("| " + name + " | | | |");
    for (Rule rule : Rule.values()) {
      List<Double> column = columns.getOrDefault(rule, List.of());
      row.append(
          column.isEmpty() ? " – |" : Numbers.format(" %.1f |", summary.applyAsDouble(column)));
    }
    return row.toString();
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(value -> value).average().orElseThrow();
  }
}
