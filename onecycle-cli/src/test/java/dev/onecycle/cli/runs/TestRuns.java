package dev.onecycle.cli.runs;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.schedule.OneCycle;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes run folders as training does. */
public final class TestRuns {
  private TestRuns() {}

  /** The record of a run of three planned epochs of ten steps. */
  public static RunRecord record(String started, String model, double peak) {
    return RunRecord.of(
            new RunRecord.Data(
                "photos of " + model,
                "abc",
                List.of("a", "b"),
                List.of(3, 8, 8),
                10,
                new RunRecord.Evaluation("test", 5)),
            RunRecord.PolicySummary.of(OneCycle.of(30, peak)),
            Conditions.none().with("model", model))
        .withOrigin(started, List.of("onecycle", "train", "photos"), Map.of("java", "17"))
        .withConfig(Map.of("model", model, "seed", 1), Map.of("epochs", 3, "learning_rate", peak));
  }

  /** Writes a run with an epoch for each accuracy. */
  public static Path write(Path folder, RunRecord record, Status status, double... accuracies) {
    try (RunFolder files = RunFolder.create(folder, record)) {
      epochs(files, 0, accuracies);
      files.write(record.withEnd(status, "", Map.of()));
    }
    return folder;
  }

  /** Adds epochs of ten steps to a run. */
  public static void epochs(RunFolder files, int first, double... accuracies) {
    for (int i = 0; i < accuracies.length; i++) {
      int epoch = first + i;
      for (int step = 10 * epoch; step < 10 * epoch + 10; step++) {
        files.step(new StepRecord(step, epoch, 0.01 * (step + 1), 0.95, 2.0 - step * 0.02));
      }
      Evaluated evaluated = new Evaluated(1.5 - 0.1 * epoch, accuracies[i], 0.5);
      files.epoch(
          new EpochRecord(
              epoch, 10 * (epoch + 1), 1.8 - 0.1 * epoch, 100, 20, Optional.of(evaluated)));
    }
  }
}
