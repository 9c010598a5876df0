package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunRecord;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What runs have come to, by name: for JSON and run records. */
final class RunSummary {
  private RunSummary() {}

  /**
   * The result of the epochs that are done: that of the last evaluation, which says after which of
   * them it was where more have been done since; none where there was none yet.
   */
  static Map<String, Object> of(List<EpochRecord> epochs, String evaluationName) {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("epochs", epochs.size());
    if (!epochs.isEmpty()) {
      EpochRecord end = epochs.get(epochs.size() - 1);
      double images = 0;
      double seconds = 0;
      for (EpochRecord epoch : epochs) {
        images += epoch.imagesPerSecond() * epoch.trainSeconds();
        seconds += epoch.trainSeconds();
      }
      String name = evaluationName.equals("test") ? "test" : "validation";
      for (EpochRecord judged : EpochRecord.lastEvaluated(epochs).stream().toList()) {
        Evaluated evaluated = judged.evaluated().orElseThrow();
        outcome.put(name + "_accuracy", evaluated.accuracy());
        outcome.put(name + "_loss", evaluated.loss());
        if (!judged.equals(end)) {
          outcome.put("evaluated_after_epochs", judged.epoch() + 1);
        }
      }
      outcome.put("train_loss", end.trainLoss());
      outcome.put("images_per_second", images / seconds);
      outcome.put("train_seconds", seconds);
    }
    return outcome;
  }

  /** Says what a run has come to. */
  static void report(Console console, Path folder, RunRecord record, List<EpochRecord> done) {
    Map<String, Object> outcome = record.outcome();
    if (done.isEmpty()) {
      console.answer("Stopped before the first epoch was done.");
    } else {
      console.answer(
          String.format(
              Locale.ROOT,
              "%s, %.0f s of training",
              EpochRecord.lastEvaluated(done)
                  .map(judged -> right(record, judged, done))
                  .orElse("No evaluation in " + length(record, done.size())),
              Double.parseDouble(outcome.getOrDefault("train_seconds", 0) + "")));
    }
    Path model = folder.resolve(Session.MODEL);
    console.answer("Run: " + folder + "  (model: " + model + ")");
    console.answer("Report: " + folder.resolve(RunReport.FILE));
    Map<String, Object> result = new LinkedHashMap<>(outcome);
    result.put("learning_rate", record.policy().peak());
    result.put("run_dir", folder.toString());
    result.put("model", model.toString());
    result.put("report", folder.resolve(RunReport.FILE).toString());
    console.result(result);
  }

  private static String right(RunRecord record, EpochRecord judged, List<EpochRecord> done) {
    boolean last = judged.equals(done.get(done.size() - 1));
    return String.format(
        Locale.ROOT,
        "%.2f %% of %,d %s images right after %s%s",
        100 * judged.evaluated().orElseThrow().accuracy(),
        record.data().evaluationImages(),
        record.data().evaluationName(),
        length(record, last ? done.size() : judged.epoch() + 1),
        last ? "" : ", " + done.size() + " done");
  }

  private static String length(RunRecord record, int epochs) {
    return epochs + " of " + record.settings().get("epochs") + " epochs";
  }
}
