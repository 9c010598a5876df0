package dev.onecycle.report.page;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.Measure;
import dev.onecycle.report.chart.Figure;
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
import dev.onecycle.run.TrainingImages;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.Base64;
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
  private final Optional<TrainingImages> trainingImages;
  private final String path;

  private RunPage(RunReport report) {
    history = report.history();
    record = history.record();
    evidence = report.evidence();
    classification = report.classification();
    trainingImages = report.trainingImages();
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
    Html.name(line, model() + " on " + record.data().source());
    line.appendText(", started " + minute(record.started()));
    Html.add(main, "p", outcome.sentence()).addClass("outcome");
    ChanceLevel chance = ChanceLevel.of(record, classification);
    ResultCards.add(main, history, evidence, chance, classification);
    Html.add(main, "p", outcome.policy());
    notes(main);
    FitReading fit = FitReading.of(history, chance);
    Html.add(main, "p", fit.explanation() + " " + fit.advice()).addClass("advice");
    curves(main);
    classification.ifPresent(
        c ->
            ConfusionSection.add(main, c, record.data().classes(), record.data().evaluationName()));
    evidence(main);
    trainingImages(main);
    epochs(main);
    RunDetailsSection.add(main, history, path);
  }

  /** The name of the network; the conditions have its fingerprint too. */
  private String model() {
    return String.valueOf(
        record.settings().getOrDefault("model", record.conditions().get("model")));
  }

  /** A time to the minute: 2026-01-31 14:05 UTC. */
  private static String minute(String time) {
    return time.replaceFirst("^(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d).*Z$", "$1 $2 UTC");
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

  private void curves(Element main) {
    RunCurves curves = RunCurves.of(history);
    long steps = record.policy().steps();
    int every = record.evaluateEvery();
    Html.add(main, "h2", "Training curves");
    Figure losses = RunFigures.losses(curves, steps, every);
    FigureBlock.add(
        main,
        "losses",
        "Training and validation loss",
        losses.note() + " The gap is the validation loss minus the training loss.",
        losses);
    for (Measure measure : record.task().metrics()) {
      String title = Texts.capitalized(measure.title());
      FigureBlock.add(
          main,
          measure.name().replace('_', '-'),
          title,
          Numbers.format(
              "%s on %s, %s.",
              title,
              Counts.samples(
                  record.data().evaluationImages(),
                  record.data().evaluationName(),
                  record.task().noun()),
              RunFigures.evaluationTimes(every)),
          RunFigures.metric(curves, RunCurves.metric(history, measure), measure, steps, every));
    }
    FigureBlock.add(
        main,
        "schedule",
        "Learning rate and momentum",
        "The values that the optimizer used at each step. "
            + record.policy().description()
            + "."
            + why(record.policy(), record.task().noun()),
        RunFigures.schedule(curves, record.policy(), record.layerRates()));
  }

  /** The reason of the policy, for readers who do not know it; empty for another shape. */
  private static String why(RunRecord.PolicySummary policy, String noun) {
    double peak = policy.peak();
    boolean cycle =
        policy.plannedRate(0) < peak / 2 && policy.plannedRate(policy.steps() - 1) < peak / 2;
    return cycle
        ? " The rate starts low, because large updates of random weights can ruin the training, and"
            + " it rises, because at a high rate a network learns fast and memorises less of its"
            + " "
            + noun
            + ". At the end the rate falls to nearly zero, because only small updates bring"
            + " the loss down further."
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
              Figure figure = RangeFigures.of(range, OptionalLong.of(record.policy().steps()));
              // The note has the verdict of several tests, and of one that is not clear.
              String verdict =
                  range.runs().size() == 1 && range.verdict().clear()
                      ? range.verdict().explanation() + " "
                      : "";
              Element block =
                  FigureBlock.add(
                      main, "range", "Learning rate range test", verdict + figure.note(), figure);
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
                            Numbers.rounded(peak.inShortCycle(), 3),
                            SuggestedPeak.SHORT,
                            Numbers.rounded(peak.inLongCycle(), 3),
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
                        ? Numbers.rounded(s.median(), 3)
                        : Numbers.format(
                            "%s (%s to %s)",
                            Numbers.rounded(s.median(), 3),
                            Numbers.rounded(s.low(), 3),
                            Numbers.rounded(s.high(), 3)),
                    meaning)));
  }

  private static void sweep(Element main, String id, Sweep sweep) {
    String title = sweep.parameter().title();
    Figure tests = SweepFigures.rangeTests(sweep);
    FigureBlock.add(
        main,
        id,
        "Range tests by " + title,
        (sweep.explanation() + " " + tests.note()).strip(),
        tests);
    if (sweep.candidates().stream().anyMatch(c -> c.cycle().isPresent())) {
      Figure cycles = SweepFigures.cycles(sweep);
      FigureBlock.add(main, id + "-cycles", "Short cycles by " + title, cycles.note(), cycles);
    }
  }

  private void trainingImages(Element main) {
    trainingImages.ifPresent(
        shown -> {
          Html.add(main, "h2", "Training images");
          Html.add(
              main,
              "p",
              "The first ones as the network saw them. Augmentation: "
                  + shown.augmentation()
                  + ".");
          ClassNames classes = new ClassNames(record.data().classes());
          Element list = Html.add(main, "ul").addClass("mistakes").attr("id", "training-images");
          for (TrainingImages.Labelled image : shown.images()) {
            Element item = Html.add(list, "li");
            String name = classes.of(image.label());
            Html.add(item, "img")
                .attr("alt", "training image of class " + Texts.clean(name))
                .attr(
                    "src",
                    "data:image/png;base64,"
                        + Base64.getEncoder().encodeToString(image.picture().png()));
            Html.name(Html.add(item, "div"), name);
          }
        });
  }

  private void epochs(Element page) {
    Element main = Html.add(page, "section").addClass("folded");
    Html.add(main, "h2", "Epochs");
    List<EpochRecord> all = history.epochs();
    if (all.isEmpty()) {
      main.removeClass("folded");
      boolean running = record.status() == RunRecord.Status.RUNNING;
      Html.add(main, "p", running ? "No epoch is complete yet." : "No epoch was completed.");
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
            headings());
    all.stream().skip(skipped).forEach(epoch -> Html.row(body, cells(epoch)));
  }

  private List<String> headings() {
    List<String> headings =
        new ArrayList<>(List.of("epoch", "steps", "training loss", "validation loss", "gap"));
    measures().forEach(measure -> headings.add(measure.axis()));
    headings.add(record.task().noun() + "/s");
    headings.addAll(List.of("training, s", "evaluation, s"));
    return headings;
  }

  /** The metrics but the loss, which has a column of its own. */
  private List<Measure> measures() {
    return record.task().metrics().stream().filter(m -> !m.equals(Measure.LOSS)).toList();
  }

  private List<String> cells(EpochRecord epoch) {
    List<String> cells = new ArrayList<>();
    cells.add(Integer.toString(epoch.epoch() + 1));
    cells.add(Long.toString(epoch.steps()));
    cells.add(Numbers.brief(epoch.trainLoss()));
    cells.add(epoch.evaluated().map(e -> Numbers.brief(e.loss())).orElse(NOT_EVALUATED));
    cells.add(epoch.gap().map(Numbers::brief).orElse(NOT_EVALUATED));
    for (Measure measure : measures()) {
      cells.add(
          epoch
              .evaluated()
              .map(e -> measure.shown(e.value(measure)))
              .map(v -> measure.share() ? Numbers.format("%.2f", v) : Numbers.rounded(v, 4))
              .orElse(NOT_EVALUATED));
    }
    cells.add(Numbers.format("%.0f", epoch.samplesPerSecond()));
    cells.add(Numbers.format("%.1f", epoch.trainSeconds()));
    cells.add(
        epoch.evaluated().map(e -> Numbers.format("%.1f", e.seconds())).orElse(NOT_EVALUATED));
    return cells;
  }
}
