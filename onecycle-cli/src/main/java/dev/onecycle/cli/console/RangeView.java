package dev.onecycle.cli.console;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.report.figures.TerminalFigures;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.RangeTests.Doubt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Shows range tests. */
public final class RangeView {
  private RangeView() {}

  /**
   * The curve and its readings, for people.
   *
   * @param steps of the cycle that the suggestion is for, if they are known
   * @param careful whether a careful rate is taken where there is no suggestion; the advice to test
   *     otherwise is then left out
   */
  public static void show(
      Console console, RangeSummary summary, OptionalLong steps, boolean careful) {
    console.picture(TerminalFigures.range(summary, steps, Terminal.style()));
    List<RangeResult> runs = summary.runs();
    for (int i = 0; i < runs.size(); i++) {
      console.say((runs.size() == 1 ? "" : "test " + (i + 1) + ": ") + heading(runs.get(i)));
    }
    readings(summary)
        .forEach(
            (name, reading) ->
                console.say(
                    Numbers.format(
                        "  %-9s %s",
                        name, reading.map(RangeView::text).orElse("not shown by the curve"))));
    boolean advised = summary.suggestion().isPresent() || !careful;
    console.say(advised ? summary.verdict().explanation() : summary.verdict().finding() + ".");
  }

  private static String heading(RangeResult test) {
    List<RangePoint> points = test.points();
    return Counts.of(points.size(), "step", "steps")
        + (points.isEmpty()
            ? ""
            : " up to a rate of " + Numbers.brief(points.get(points.size() - 1).learningRate()))
        + (Double.isNaN(test.momentum()) ? "" : " at momentum " + Numbers.brief(test.momentum()))
        + "; "
        + test.stop().sentence();
  }

  /** The readings by name; none at all where the curve shows none of them. */
  private static Map<String, Optional<RangeSummary.Spread>> readings(RangeSummary summary) {
    Map<String, Optional<RangeSummary.Spread>> readings = all(summary);
    return readings.values().stream().allMatch(Optional::isEmpty) ? Map.of() : readings;
  }

  private static Map<String, Optional<RangeSummary.Spread>> all(RangeSummary summary) {
    Map<String, Optional<RangeSummary.Spread>> readings = new LinkedHashMap<>();
    readings.put("edge", summary.edge());
    readings.put("trough", summary.trough());
    readings.put("minimum", summary.minimum());
    readings.put("steepest", summary.steepest());
    readings.put("valley", summary.valley());
    return readings;
  }

  /** Says the doubts that the sentence of a verdict does not. */
  public static void show(Console console, List<Doubt> doubts) {
    for (Doubt doubt : doubts) {
      if (doubt.isNews()) {
        console.say(OptionWording.of(doubt.sentence()) + ".");
      }
    }
  }

  /** Doubts by name, for JSON. */
  public static List<Map<String, Object>> record(List<Doubt> doubts) {
    List<Map<String, Object>> records = new ArrayList<>();
    for (Doubt doubt : doubts) {
      Map<String, Object> record = new LinkedHashMap<>();
      record.put("kind", doubt.kind().name().toLowerCase(Locale.ROOT));
      record.put("message", OptionWording.of(doubt.sentence()));
      records.add(record);
    }
    return records;
  }

  private static String text(RangeSummary.Spread spread) {
    return spread.count() == 1
        ? rate(spread.median())
        : Numbers.format(
            "%s (%s to %s, n = %d)",
            rate(spread.median()), rate(spread.low()), rate(spread.high()), spread.count());
  }

  /** A reading as the sentences of a verdict have it: three digits, a curve does not tell more. */
  public static String rate(double reading) {
    return Numbers.rounded(reading, 3);
  }

  /** The summary by name, for JSON and run records. */
  public static Map<String, Object> record(RangeSummary summary) {
    Map<String, Object> record = new LinkedHashMap<>();
    RangeResult first = summary.runs().get(0);
    record.put("verdict", summary.verdict().kind().name().toLowerCase(Locale.ROOT));
    record.put("explanation", summary.verdict().explanation());
    summary
        .suggestion()
        .ifPresent(
            peak -> {
              record.put("suggestion_short_cycle", peak.inShortCycle());
              record.put("suggestion_long_cycle", peak.inLongCycle());
            });
    all(summary).forEach((name, reading) -> reading.ifPresent(s -> record.put(name, s.median())));
    Map<String, Object> spreads = new LinkedHashMap<>();
    all(summary)
        .forEach(
            (name, reading) ->
                reading
                    .filter(s -> s.count() > 1)
                    .ifPresent(
                        s ->
                            spreads.put(
                                name, Map.of("low", s.low(), "high", s.high(), "n", s.count()))));
    if (!spreads.isEmpty()) {
      record.put("spreads", spreads);
    }
    record.put("stopped", first.stop().reason().name().toLowerCase(Locale.ROOT));
    record.put("steps", first.points().size());
    record.put("extended", first.stop().extended());
    if (!Double.isNaN(first.momentum())) {
      record.put("momentum", first.momentum());
    }
    first
        .scale()
        .ifPresent(
            scale -> {
              record.put("chance_loss", scale.chance());
              record.put("lowest_loss", scale.lowest());
            });
    record.put("repeats", summary.runs().size());
    return record;
  }
}
