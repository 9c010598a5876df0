package dev.onecycle.report.page;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.report.figures.RunFigures;
import dev.onecycle.report.figures.SweepFigures;
import dev.onecycle.run.ChanceLevel;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.FitReading;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jsoup.nodes.Element;

/**
 * The page of a run: its result, figures, misclassified images, epochs, conditions and settings.
 */
final class RunPage {
  private static final int MAX_EPOCHS = 1000;

  /** The cell of a value that was not measured. */
  private static final String NOT_EVALUATED = "–";

  private final RunHistory history;
  private final RunRecord record;
  private final Evidence evidence;
  private final Optional<ClassificationRecord> classification;
  private final String path;

  private RunPage(RunReport report) {
    history = report.history();
    record = history.record();
    evidence = report.evidence();
    classification = report.classification();
    path = report.path();
  }

  /** The HTML of the page. */
  static String html(RunReport report) {
    RunPage page = new RunPage(report);
    boolean following = page.record.status() == RunRecord.Status.RUNNING;
    return Page.of(page.history.name() + " – Onecycle", following, page::fill);
  }

  private void fill(Element main) {
    OutcomeText outcome = new OutcomeText(history);
    Html.name(Html.add(main, "h1"), history.name());
    Element line = Html.add(main, "p").addClass("soft");
    Html.add(line, "span", outcome.status()).addClass("status").addClass(outcome.status());
    line.appendText(" ");
    Html.name(line, record.conditions().get("model") + " on " + record.data().source());
    line.appendText(", started " + record.started());
    Html.add(main, "p", outcome.sentence()).addClass("outcome");
    ChanceLevel chance = ChanceLevel.of(record.data(), classification);
    ResultCards.add(main, history, chance, classification);
    Html.add(main, "p", outcome.policy());
    notes(main);
    FitReading fit = FitReading.of(history, chance);
    Html.add(main, "p", fit.explanation() + " " + fit.advice());
    curves(main, fit);
    classification.ifPresent(
        c ->
            ConfusionSection.add(main, c, record.data().classes(), record.data().evaluationName()));
    evidence(main);
    epochs(main);
    RunDetailsSection.add(main, history, path);
  }

  private void notes(Element main) {
    List<String> notes = new ArrayList<>(history.notes());
    for (Conditions.Difference d : record.acceptedDifferences()) {
      notes.add(
          Numbers.format(
              "The peak learning rate was found with another %s: %s instead of %s. The difference"
                  + " was accepted",
              d.name().replace('_', ' '), d.found(), d.now()));
    }
    if (!notes.isEmpty()) {
      Element box = Html.add(main, "div").addClass("notes");
      notes.forEach(note -> Html.add(box, "p", note + "."));
    }
  }

  private void curves(Element main, FitReading fit) {
    RunCurves curves = RunCurves.of(history);
    long steps = record.policy().steps();
    int every = record.evaluateEvery();
    Html.add(main, "h2", "Training curves");
    FigureBlock.add(
        main,
        "losses",
        "Training and validation loss",
        "The gap is the validation loss minus the training loss. " + fit.explanation(),
        RunFigures.losses(curves, steps, every));
    FigureBlock.add(
        main,
        "accuracy",
        "Accuracy",
        Numbers.format(
            "Accuracy on %s, %s.",
            Counts.images(record.data().evaluationImages(), record.data().evaluationName()),
            RunFigures.evaluationTimes(every)),
        RunFigures.accuracy(curves, steps, every));
    FigureBlock.add(
        main,
        "schedule",
        "Learning rate and momentum",
        "The values that the optimizer used at each step. "
            + record.policy().description()
            + "."
            + why(record.policy()),
        RunFigures.schedule(curves, record.policy()));
  }

  /** The reason of the policy, for readers who do not know it; empty for another shape. */
  private static String why(RunRecord.PolicySummary policy) {
    double peak = policy.peak();
    boolean cycle =
        policy.plannedRate(0) < peak / 2 && policy.plannedRate(policy.steps() - 1) < peak / 2;
    return cycle
        ? " The rate rises slowly, because large updates of random weights would ruin the training,"
            + " and its high values in the middle let the network learn fast without memorising its"
            + " images. At the end the rate falls near zero, so that the weights settle in the best"
            + " place found."
        : "";
  }

  private void evidence(Element main) {
    if (evidence.none()) {
      return;
    }
    Html.add(main, "h2", "Range tests and sweeps");
    evidence
        .range()
        .ifPresent(
            range -> {
              Element block =
                  FigureBlock.add(
                      main,
                      "range",
                      "Learning rate range test",
                      range.verdict().explanation(),
                      RangeFigures.of(range, OptionalLong.of(record.policy().steps())));
              readings(block, range);
            });
    for (int i = 0; i < evidence.sweeps().size(); i++) {
      sweep(main, "sweep-" + (i + 1), evidence.sweeps().get(i));
    }
  }

  private void readings(Element block, RangeSummary range) {
    Element body =
        Html.table(
            Html.details(block, "The readings explained"),
            range.runs().size() == 1
                ? "Readings of the test"
                : Numbers.format(
                    "Readings of %d tests: the median, lowest and highest", range.runs().size()),
            List.of("reading", "learning rate", "meaning"));
    range
        .suggestion()
        .ifPresent(
            peak ->
                Html.row(
                    body,
                    List.of(
                        "suggestion",
                        Numbers.brief(peak.over(record.policy().steps())),
                        Numbers.format(
                            "the peak for a cycle of %,d steps, from %s for %,d steps or fewer to"
                                + " %s for %,d or more",
                            record.policy().steps(),
                            Numbers.brief(peak.inShortCycle()),
                            SuggestedPeak.SHORT,
                            Numbers.brief(peak.inLongCycle()),
                            SuggestedPeak.LONG))));
    reading(body, "edge", range.edge(), "from here on the loss rises for good");
    reading(
        body, "trough", range.trough(), "the middle of the rates at which the network learns well");
    reading(
        body,
        "minimum",
        range.minimum(),
        "the smoothed loss is lowest; as a peak it is often too high");
    reading(body, "steepest", range.steepest(), "the smoothed loss falls fastest");
    reading(body, "valley", range.valley(), "two thirds down the longest descent of the loss");
  }

  private static void reading(
      Element body, String name, Optional<RangeSummary.Spread> spread, String meaning) {
    spread.ifPresent(
        s ->
            Html.row(
                body,
                List.of(
                    name,
                    s.count() == 1
                        ? Numbers.brief(s.median())
                        : Numbers.format(
                            "%s (%s to %s)",
                            Numbers.brief(s.median()),
                            Numbers.brief(s.low()),
                            Numbers.brief(s.high())),
                    meaning)));
  }

  private static void sweep(Element main, String id, Sweep sweep) {
    String title = sweep.parameter().title();
    FigureBlock.add(
        main, id, "Range tests by " + title, sweep.explanation(), SweepFigures.rangeTests(sweep));
    if (sweep.candidates().stream().anyMatch(c -> c.cycle().isPresent())) {
      FigureBlock.add(
          main,
          id + "-cycles",
          "Short cycles by " + title,
          sweep.explanation(),
          SweepFigures.cycles(sweep));
    }
  }

  private void epochs(Element page) {
    Element main = Html.add(page, "section").addClass("folded");
    Html.add(main, "h2", "Epochs");
    List<EpochRecord> all = history.epochs();
    if (all.isEmpty()) {
      main.removeClass("folded");
      Html.add(main, "p", "No epoch is complete yet.");
      return;
    }
    Element details = Html.details(main, Numbers.format("Table of %,d epochs", all.size()));
    int skipped = Math.max(0, all.size() - MAX_EPOCHS);
    Element body =
        Html.table(
            details,
            skipped == 0
                ? "All epochs"
                : Numbers.format("The last %,d epochs; all are in epochs.csv", MAX_EPOCHS),
            List.of(
                "epoch",
                "steps",
                "training loss",
                "validation loss",
                "gap",
                "accuracy, %",
                "images/s",
                "training, s",
                "evaluation, s"));
    all.stream().skip(skipped).forEach(epoch -> Html.row(body, cells(epoch)));
  }

  private static List<String> cells(EpochRecord epoch) {
    return List.of(
        Integer.toString(epoch.epoch() + 1),
        Long.toString(epoch.steps()),
        Numbers.brief(epoch.trainLoss()),
        epoch.evaluated().map(e -> Numbers.brief(e.loss())).orElse(NOT_EVALUATED),
        epoch.gap().map(Numbers::brief).orElse(NOT_EVALUATED),
        epoch
            .evaluated()
            .map(e -> Numbers.format("%.2f", 100 * e.accuracy()))
            .orElse(NOT_EVALUATED),
        Numbers.format("%.0f", epoch.imagesPerSecond()),
        Numbers.format("%.1f", epoch.trainSeconds()),
        epoch.evaluated().map(e -> Numbers.format("%.1f", e.seconds())).orElse(NOT_EVALUATED));
  }
}
