package dev.onecycle.cli;

import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.EpochRecord;
import dev.onecycle.run.RunRecord;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What runs have come to, by name: for JSON and run records. */
final class Outcomes {
  private Outcomes() {}

  /** The result of the epochs that are done. */
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
      outcome.put(name + "_accuracy", end.accuracy());
      outcome.put(name + "_loss", end.evaluationLoss());
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
      EpochRecord last = done.get(done.size() - 1);
      console.answer(
          String.format(
              Locale.ROOT,
              "%.2f %% of %,d %s images right after %d of %s epochs, %.0f s of training",
              100 * last.accuracy(),
              record.data().evaluationImages(),
              record.data().evaluationName(),
              done.size(),
              record.settings().get("epochs"),
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
}
