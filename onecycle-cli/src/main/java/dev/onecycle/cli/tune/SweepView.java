package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.RangeView;
import dev.onecycle.cli.console.Table;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Shows what a sweep has come to. */
final class SweepView {
  private SweepView() {}

  /**
   * A table of the candidates, and the choice in a sentence.
   *
   * @param steps of a training with a candidate, for which its peak is
   * @param advice what is said with the reason where none is chosen; empty where neither is said
   */
  static void show(
      Console console, Sweep sweep, ToLongFunction<Candidate> steps, Optional<String> advice) {
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
            candidate
                .suggestion()
                .map(peak -> Numbers.brief(peak.over(steps.applyAsLong(candidate))))
                .orElse("-"),
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
    if (sweep.chosen().isPresent()) {
      console.answer(sweep.explanation());
    } else {
      advice.ifPresent(options -> console.answer(sweep.explanation() + options));
    }
  }

  /**
   * The optimizer steps of a training with a candidate.
   *
   * @param batchSize where it is not swept
   */
  static long steps(Sweep sweep, Candidate candidate, Experiment experiment, int batchSize) {
    boolean swept = sweep.parameter() == Hyperparameter.BATCH_SIZE;
    return experiment.cycleSteps(swept ? (int) candidate.value() : batchSize);
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
  static List<Map<String, Object>> record(Sweep sweep, Experiment experiment, int batchSize) {
    List<Map<String, Object>> records = new ArrayList<>();
    for (Candidate candidate : sweep.candidates()) {
      Map<String, Object> record = new LinkedHashMap<>();
      record.put("value", candidate.value());
      record.put("verdict", candidate.test().verdict().kind().name().toLowerCase(Locale.ROOT));
      candidate.edge().ifPresent(edge -> record.put("edge", edge));
      candidate
          .suggestion()
          .ifPresent(
              peak -> {
                long cycle = steps(sweep, candidate, experiment, batchSize);
                record.put("peak", peak.over(cycle));
                record.put(
                    "doubts",
                    RangeView.record(RangeTests.doubts(experiment, candidate.test(), cycle)));
              });
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
