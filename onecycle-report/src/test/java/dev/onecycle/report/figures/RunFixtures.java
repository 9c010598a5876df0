package dev.onecycle.report.figures;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.schedule.OneCycle;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs of two epochs of two steps. */
public final class RunFixtures {
  private RunFixtures() {}

  /** A finished run; its first epoch was better, with 75 % right. */
  public static RunHistory run(
      String name, int seed, double weightDecay, double accuracy, double loss) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("seed", seed);
    settings.put("epochs", 2);
    RunRecord record =
        RunRecord.of(
                new RunRecord.Data(
                    "x",
                    "abc",
                    List.of("a", "b"),
                    List.of(3, 8, 8),
                    10,
                    new RunRecord.Evaluation("test", 5)),
                RunRecord.PolicySummary.of(OneCycle.of(30, 0.1)),
                conditions(weightDecay))
            .withOrigin(
                "2026-01-01T00:00:00Z", List.of("onecycle", "train", "x"), Map.of("java", "17"))
            .withConfig(settings, Map.of())
            .withEnd(RunRecord.Status.FINISHED, "2026-01-01T00:01:00Z", Map.of());
    return new RunHistory(
        name,
        record,
        List.of(
            new StepRecord(0, 0, 0.01, 0.95, 2.5),
            new StepRecord(1, 0, 0.1, 0.85, 2.2),
            new StepRecord(2, 1, 0.05, 0.9, 1.7),
            new StepRecord(3, 1, 0.01, 0.95, 1.4)),
        List.of(
            new EpochRecord(
                0, 2, 2.3, 100, 1, Optional.of(new EpochRecord.Evaluated(2.1, 0.75, 0.5))),
            new EpochRecord(
                1, 4, 1.5, 200, 3, Optional.of(new EpochRecord.Evaluated(loss, accuracy, 0.5)))),
        List.of());
  }

  /** The run with more settings. */
  public static RunHistory with(RunHistory run, Map<String, Object> more) {
    RunRecord r = run.record();
    Map<String, Object> settings = new LinkedHashMap<>(r.settings());
    settings.putAll(more);
    RunRecord record = r.withConfig(settings, Map.of());
    return new RunHistory(run.name(), record, run.steps(), run.epochs(), run.notes());
  }

  /** The run as it would be had it been evaluated after every few epochs and after the last. */
  public static RunHistory evaluatedEvery(RunHistory run, int every) {
    RunHistory said = with(run, Map.of("evaluate_every", every));
    int planned = (Integer) run.record().settings().getOrDefault("epochs", 0);
    List<EpochRecord> epochs =
        run.epochs().stream()
            .map(e -> (e.epoch() + 1) % every == 0 || e.epoch() + 1 == planned ? e : without(e))
            .toList();
    return new RunHistory(run.name(), said.record(), run.steps(), epochs, run.notes());
  }

  private static EpochRecord without(EpochRecord e) {
    return new EpochRecord(
        e.epoch(),
        e.steps(),
        e.trainLoss(),
        e.imagesPerSecond(),
        e.trainSeconds(),
        Optional.empty());
  }

  private static Conditions conditions(double weightDecay) {
    return Conditions.none()
        .with("model", "resnet20")
        .with("batch_size", 4)
        .with("weight_decay", weightDecay);
  }
}
