package dev.onecycle.report.page;

import dev.onecycle.math.ShareInterval;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.run.ChanceLevel;
import dev.onecycle.run.Classification.ClassCount;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jsoup.nodes.Element;

/** The most important numbers of a run, as cards at the top of its page. */
final class ResultCards {
  /** Classes are unequal if the largest has this many times its equal share. */
  private static final double UNEQUAL = 1.5;

  private final Element cards;

  private ResultCards(Element parent) {
    cards = Html.add(parent, "dl").addClass("cards");
  }

  static void add(
      Element parent,
      RunHistory history,
      Evidence evidence,
      ChanceLevel chance,
      Optional<ClassificationRecord> classification) {
    ResultCards cards = new ResultCards(parent);
    RunRecord record = history.record();
    RunRecord.Data data = record.data();
    List<EpochRecord> epochs = history.epochs();
    EpochRecord.lastEvaluated(epochs)
        .flatMap(EpochRecord::evaluated)
        .ifPresent(last -> cards.metrics(last, record, chance));
    tested(record)
        .ifPresent(t -> cards.card("Test accuracy", percent(t.accuracy()), interval(t.interval())));
    balanced(chance, data, classification)
        .ifPresent(
            recall ->
                cards.card("Balanced accuracy", percent(recall), "mean recall of the classes"));
    cards.card(
        Texts.capitalized(record.task().noun()),
        Numbers.format("%,d", data.trainImages()),
        "for training; evaluated on " + evaluation(record));
    cards.card("Epochs", Integer.toString(epochs.size()), "of " + planned(record) + " planned");
    cards.card("Peak learning rate", Numbers.brief(record.policy().peak()), peak(record, evidence));
    Measure judge = record.task().judge();
    EpochRecord.best(epochs, judge)
        .ifPresent(
            best ->
                cards.card(
                    "Best epoch",
                    Integer.toString(best.epoch() + 1),
                    judge.title()
                        + " "
                        + judge.text(best.evaluated().orElseThrow().value(judge))
                        + saved(record, best, epochs)));
    if (!epochs.isEmpty()) {
      double training = epochs.stream().mapToDouble(EpochRecord::trainSeconds).sum();
      double evaluation =
          epochs.stream()
              .flatMap(e -> e.evaluated().stream())
              .mapToDouble(Evaluated::seconds)
              .sum();
      cards.card(
          "Time",
          Numbers.duration(training),
          "of training, and " + Numbers.duration(evaluation) + " of evaluation");
    }
  }

  /** A card for each metric, the one that tells the best epoch first. */
  private void metrics(Evaluated last, RunRecord record, ChanceLevel chance) {
    for (Measure measure : record.task().metrics()) {
      boolean accuracy = measure.equals(Measure.ACCURACY) && chance.ofClasses();
      card(
          Texts.capitalized(measure.title()),
          measure.text(last.value(measure)),
          accuracy ? about(last, chance) : "on " + evaluation(record));
    }
  }

  private static String evaluation(RunRecord record) {
    RunRecord.Data data = record.data();
    return Counts.samples(data.evaluationImages(), data.evaluationName(), record.task().noun());
  }

  private void card(String name, String value, String about) {
    Element card = Html.add(cards, "div");
    Html.add(card, "dt", name);
    Html.add(card, "dd", value).addClass("value");
    // A number stays on the line of its sign.
    Html.add(card, "dd", about.replace(" %", "\u00A0%")).addClass("soft");
  }

  private static String about(Evaluated last, ChanceLevel chance) {
    return interval(chance.interval(last.accuracy()))
        + Numbers.format("; guessing: %.1f %%", 100 * chance.accuracy());
  }

  /**
   * The result on test images that judged no epoch.
   *
   * @param accuracy in [0, 1]
   * @param images their number
   */
  private record Tested(double accuracy, long images) {
    ShareInterval interval() {
      return ShareInterval.wilson(Math.round(accuracy * images), images);
    }
  }

  private static Optional<Tested> tested(RunRecord record) {
    return record.outcome().get("test_images") instanceof Number images
            && record.outcome().get("test_accuracy") instanceof Number accuracy
            && images.longValue() > 0
            && accuracy.doubleValue() >= 0
        ? Optional.of(new Tested(accuracy.doubleValue(), images.longValue()))
        : Optional.empty();
  }

  /** An interval in percent, with its confidence. */
  static String interval(ShareInterval interval) {
    return Numbers.format("%.1f to %.1f %% (95 %%)", 100 * interval.low(), 100 * interval.high());
  }

  private static Optional<Double> balanced(
      ChanceLevel chance, RunRecord.Data data, Optional<ClassificationRecord> classification) {
    int classes = data.classes().size();
    return !chance.ofClasses() || chance.accuracy() * classes < UNEQUAL
        ? Optional.empty()
        : classification.map(
            c ->
                c.classification().byClass(classes).stream()
                    .filter(count -> count.images() > 0)
                    .mapToDouble(ClassCount::recall)
                    .average()
                    .orElse(Double.NaN));
  }

  private static String peak(RunRecord record, Evidence evidence) {
    String source = source(record, evidence);
    return record.amendments().isEmpty() ? source : source + ", then changed";
  }

  private static String source(RunRecord record, Evidence evidence) {
    if (record.settings().containsKey("max_lr")) {
      return "given";
    }
    Object file = record.settings().get("lr_from");
    if (file != null) {
      return "from " + Path.of(file.toString()).getFileName();
    }
    boolean suggested = evidence.range().flatMap(RangeSummary::suggestion).isPresent();
    return suggested || evidence.range().isEmpty()
        ? "found by a range test"
        : "a careful rate: the range tests gave none";
  }

  /** Says which weights the saved model has: it need not be those of the best epoch. */
  private static String saved(RunRecord record, EpochRecord best, List<EpochRecord> epochs) {
    if (!record.endedInOrder()) {
      return "";
    }
    if (record.status() != RunRecord.Status.FINISHED) {
      return "; the model has the weights at which the run stopped";
    }
    int last = epochs.size();
    return best.epoch() + 1 == last
        ? "; the model has its weights"
        : Numbers.format("; the model has the weights after epoch %d, the last", last);
  }

  private static String planned(RunRecord record) {
    OptionalInt epochs = record.plannedEpochs();
    return epochs.isPresent() ? Integer.toString(epochs.getAsInt()) : "?";
  }

  static String percent(double share) {
    return Numbers.format("%.2f %%", 100 * share);
  }
}
