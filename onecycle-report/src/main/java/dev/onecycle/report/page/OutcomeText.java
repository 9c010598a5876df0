package dev.onecycle.report.page;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.Measure;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** The state and result of a run in sentences. */
final class OutcomeText {
  private final RunHistory history;
  private final RunRecord record;

  OutcomeText(RunHistory history) {
    this.history = history;
    record = history.record();
  }

  String status() {
    return record.status().name().toLowerCase(Locale.ROOT);
  }

  /** The result in a sentence. */
  String sentence() {
    List<EpochRecord> epochs = history.epochs();
    OptionalInt known = record.plannedEpochs();
    String planned = known.isPresent() ? Integer.toString(known.getAsInt()) : "?";
    String length = Counts.epochs(epochs.size(), planned);
    String result = result(epochs, planned);
    return switch (record.status()) {
      case RUNNING ->
          epochs.isEmpty()
              ? "Training has started; no epoch is complete yet."
              : "Training: " + result + ".";
      case FINISHED -> capitalized(result) + tested() + ", " + seconds() + " of training.";
      case INTERRUPTED ->
          epochs.isEmpty()
              ? "Stopped before the first epoch was complete."
              : "Stopped: " + result + ".";
      case DIVERGED -> "Diverged after " + length + ": " + message();
      case FAILED -> "Failed after " + length + ": " + message();
    };
  }

  /** The last evaluation, and the number of completed epochs if there are more. */
  private String result(List<EpochRecord> epochs, String planned) {
    return EpochRecord.lastEvaluated(epochs)
        .map(last -> metric(last) + after(last, epochs, planned))
        .orElse("no evaluation after " + Counts.epochs(epochs.size(), planned));
  }

  private static String after(EpochRecord evaluated, List<EpochRecord> epochs, String planned) {
    return evaluated.equals(epochs.get(epochs.size() - 1))
        ? " after " + Counts.epochs(epochs.size(), planned)
        : Numbers.format(
            " after %s, %d complete", Counts.epochs(evaluated.epoch() + 1, planned), epochs.size());
  }

  private String metric(EpochRecord epoch) {
    Measure judge = record.task().judge();
    return Numbers.format(
        "%s %s on %s",
        judge.title(),
        judge.text(epoch.evaluated().orElseThrow().value(judge)),
        Counts.samples(
            record.data().evaluationImages(),
            record.data().evaluationName(),
            record.task().noun()));
  }

  /** The accuracy on test images that judged no epoch; empty where there is none. */
  private String tested() {
    return record.outcome().get("test_images") instanceof Number images
            && record.outcome().get("test_accuracy") instanceof Number accuracy
        ? Numbers.format(
            "; %.2f %% on %s, evaluated once",
            100 * accuracy.doubleValue(), Counts.images(images.intValue(), "test"))
        : "";
  }

  private static String capitalized(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private String seconds() {
    double seconds = history.epochs().stream().mapToDouble(EpochRecord::trainSeconds).sum();
    return Numbers.duration(seconds);
  }

  private String message() {
    return String.valueOf(record.outcome().getOrDefault("message", "no reason is recorded"));
  }

  /** The source of the peak learning rate, and the policy. */
  String policy() {
    return "Peak learning rate "
        + Numbers.brief(firstPeak())
        + ": "
        + record.learningRateSource()
        + ". Policy: "
        + record.policy().description()
        + "."
        + changes();
  }

  /** The peak of the first policy; an amended one may be lower. */
  private double firstPeak() {
    return record.chosenPeak().orElse(record.policy().peak());
  }

  private String changes() {
    return record.amendments().stream()
        .map(a -> Numbers.format(" Changed at step %,d: %s.", a.step(), a.reason()))
        .collect(Collectors.joining());
  }
}
