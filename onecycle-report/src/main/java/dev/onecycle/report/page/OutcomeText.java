package dev.onecycle.report.page;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a run stands, in sentences. */
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

  /** What came out, in a sentence. */
  String sentence() {
    List<EpochRecord> epochs = history.epochs();
    String planned = String.valueOf(record.settings().getOrDefault("epochs", "?"));
    String length = epochs.size() + " of " + planned + " epochs";
    String result = result(epochs, planned);
    return switch (record.status()) {
      case RUNNING ->
          epochs.isEmpty()
              ? "Training has begun; no epoch is done yet."
              : "Training: " + result + " so far.";
      case FINISHED -> result + ", " + seconds() + " of training.";
      case INTERRUPTED ->
          epochs.isEmpty()
              ? "Stopped before the first epoch was done."
              : "Stopped: " + result + ".";
      case DIVERGED -> "Diverged after " + length + ": " + message();
      case FAILED -> "Failed after " + length + ": " + message();
    };
  }

  /** The last evaluation, and how far the run is where that is further. */
  private String result(List<EpochRecord> epochs, String planned) {
    return EpochRecord.lastEvaluated(epochs)
        .map(last -> right(last) + after(last, epochs, planned))
        .orElse(Numbers.format("no evaluation in %d of %s epochs", epochs.size(), planned));
  }

  private static String after(EpochRecord evaluated, List<EpochRecord> epochs, String planned) {
    return evaluated.equals(epochs.get(epochs.size() - 1))
        ? Numbers.format(" after %d of %s epochs", epochs.size(), planned)
        : Numbers.format(
            " after %d of %s epochs, %d done", evaluated.epoch() + 1, planned, epochs.size());
  }

  private String right(EpochRecord epoch) {
    return Numbers.format(
        "%.2f %% of %,d %s images right",
        100 * epoch.evaluated().orElseThrow().accuracy(),
        record.data().evaluationImages(),
        record.data().evaluationName());
  }

  private String seconds() {
    double seconds = history.epochs().stream().mapToDouble(EpochRecord::trainSeconds).sum();
    return seconds < 120
        ? Numbers.format("%.0f s", seconds)
        : Numbers.format("%.0f minutes", seconds / 60);
  }

  private String message() {
    return String.valueOf(record.outcome().getOrDefault("message", "no reason is recorded"));
  }

  /** Where the peak rate comes from, and what the policy did with it. */
  String policy() {
    return "Peak learning rate "
        + Numbers.brief(givenPeak())
        + ": "
        + record.learningRateSource()
        + ". Policy: "
        + record.policy().description()
        + "."
        + changes();
  }

  /** The peak that the policy began with; amended, it may not have come to it. */
  private double givenPeak() {
    return record.settings().get("learning_rate") instanceof Number rate
        ? rate.doubleValue()
        : record.policy().peak();
  }

  private String changes() {
    return record.amendments().stream()
        .map(a -> Numbers.format(" Changed at step %,d: %s.", a.step(), a.reason()))
        .collect(Collectors.joining());
  }
}
