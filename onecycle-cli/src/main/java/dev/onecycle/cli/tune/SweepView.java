package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.Table;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.text.Numbers;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shows what a sweep has come to. */
final class SweepView {
  private SweepView() {}

  /** A table of the candidates, and the choice in a sentence. */
  static void show(Console console, Sweep sweep) {
    boolean cycles = sweep.candidates().stream().anyMatch(c -> c.cycle().isPresent());
    Table table =
        cycles
            ? new Table(sweep.parameter().title(), "edge", "peak", "accuracy", "loss", "verdict")
            : new Table(sweep.parameter().title(), "edge", "from", "to", "peak", "verdict");
    for (Candidate candidate : sweep.candidates()) {
      boolean chosen = sweep.chosen().filter(candidate::equals).isPresent();
      String verdict =
          candidate.test().verdict().kind().name().toLowerCase(Locale.ROOT).replace('_', ' ')
              + (chosen ? "  <- chosen" : "");
      String value = sweep.parameter().text(candidate.value());
      if (cycles) {
        table.row(
            value,
            edge(candidate),
            candidate.cycle().map(c -> Numbers.brief(c.peak())).orElse("-"),
            candidate.cycle().map(SweepView::accuracy).orElse("-"),
            candidate.cycle().map(c -> Numbers.format("%.4f", c.loss())).orElse("-"),
            verdict);
      } else {
        table.row(
            value,
            edge(candidate),
            candidate.test().edge().map(s -> Numbers.brief(s.low())).orElse("-"),
            candidate.test().edge().map(s -> Numbers.brief(s.high())).orElse("-"),
            candidate.peak().isPresent() ? Numbers.brief(candidate.peak().getAsDouble()) : "-",
            verdict);
      }
    }
    table.lines().forEach(console::say);
    for (Candidate candidate : sweep.candidates()) {
      RangeSummary test = candidate.test();
      if (!test.verdict().clear()) {
        console.say(
            "  " + sweep.parameter().text(candidate.value()) + ": " + test.verdict().explanation());
      }
    }
    String advice = sweep.chosen().isEmpty() ? " (--repeats 3, or --by-cycle with --max-lr)" : "";
    console.answer(sweep.explanation() + advice);
  }

  private static String edge(Candidate candidate) {
    if (candidate.edge().isEmpty()) {
      return "unread";
    }
    double edge = candidate.edge().getAsDouble();
    return edge == 0 ? "none" : (candidate.beyondRange() ? ">" : "") + Numbers.brief(edge);
  }

  private static String accuracy(CycleOutcome cycle) {
    return cycle.diverged() ? "diverged" : Numbers.format("%.2f %%", 100 * cycle.accuracy());
  }

  /** The candidates by name, for JSON. */
  static List<Map<String, Object>> record(Sweep sweep) {
    List<Map<String, Object>> records = new ArrayList<>();
    for (Candidate candidate : sweep.candidates()) {
      Map<String, Object> record = new LinkedHashMap<>();
      record.put("value", candidate.value());
      record.put("verdict", candidate.test().verdict().kind().name().toLowerCase(Locale.ROOT));
      candidate.edge().ifPresent(edge -> record.put("edge", edge));
      candidate.peak().ifPresent(peak -> record.put("peak", peak));
      candidate
          .cycle()
          .ifPresent(
              cycle -> {
                record.put("validation_accuracy", cycle.accuracy());
                record.put("diverged", cycle.diverged());
                if (!cycle.diverged()) {
                  record.put("validation_loss", cycle.loss());
                }
              });
      records.add(record);
    }
    return records;
  }
}
