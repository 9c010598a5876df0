package dev.onecycle.cli.reproduce;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.report.claims.ArmResult;
import dev.onecycle.report.claims.Quantity;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The result of a trial, read from its record. */
final class TrialResult {
  /** Why a run that diverged has no result. */
  static final String DIVERGED = "diverged";

  private TrialResult() {}

  /** Of a trial that ended before it had a folder or file of its own. */
  static ArmResult.Trial of(String name, FailedTrial failed) {
    return new ArmResult.Trial(
        name,
        Map.of(),
        failed.reason(),
        failed.seconds(),
        machine(failed.settings(), failed.environment()),
        List.of());
  }

  /** Of a range test. */
  static ArmResult.Trial of(String name, RangeTrial range) {
    Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    RangeResult test = firstTest(range);
    List<RangePoint> points = test.points();
    values.put(Quantity.STOP_RATE, points.get(points.size() - 1).learningRate());
    test.readings().edge().ifPresent(edge -> values.put(Quantity.EDGE, edge));
    test.suggestion()
        .map(SuggestedPeak::inLongCycle)
        .ifPresent(rate -> values.put(Quantity.SUGGESTION, rate));
    return new ArmResult.Trial(
        name,
        values,
        "",
        range.seconds(),
        machine(range.settings(), range.environment()),
        range.found().command());
  }

  /** Of a run that is finished or has diverged. */
  static ArmResult.Trial of(String name, RunRecord record) {
    Map<String, Object> outcome = record.outcome();
    Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    if (record.status() == Status.FINISHED) {
      put(values, Quantity.TEST_ACCURACY, outcome.get("test_accuracy"), 100);
      put(values, Quantity.TEST_LOSS, outcome.get("test_loss"), 1);
      put(values, Quantity.VALIDATION_ACCURACY, outcome.get("validation_accuracy"), 100);
    }
    return new ArmResult.Trial(
        name,
        values,
        record.status() == Status.DIVERGED ? DIVERGED : "",
        outcome.get("train_seconds") instanceof Number seconds ? seconds.doubleValue() : 0,
        machine(record.settings(), record.environment()),
        record.command());
  }

  /** The first test of a trial; those that repeat it are not read. */
  static RangeResult firstTest(RangeTrial trial) {
    return trial.found().evidence().range().orElseThrow().runs().get(0);
  }

  private static void put(
      Map<Quantity, Double> values, Quantity quantity, @Nullable Object value, double factor) {
    if (value instanceof Number number) {
      values.put(quantity, factor * number.doubleValue());
    }
  }

  /** The processor with its threads, or the GPU, and the precision. */
  private static String machine(Map<String, Object> settings, Map<String, String> environment) {
    String asked = String.valueOf(settings.get(TrainingConfig.PRECISION.name()));
    String precision =
        asked.equals("auto") ? environment.getOrDefault("precision", "unknown precision") : asked;
    if ("cuda".equals(settings.get(TrainingConfig.DEVICE.name()))) {
      return environment.getOrDefault("gpu", "cuda") + ", " + precision;
    }
    Object given = settings.get(TrainingConfig.THREADS.name());
    boolean all = !(given instanceof Number number) || number.intValue() == 0;
    String threads = all ? environment.getOrDefault("cores", "unknown") : String.valueOf(given);
    return environment.getOrDefault("processor", "unknown processor")
        + ", "
        + threads
        + (threads.equals("1") ? " thread, " : " threads, ")
        + precision;
  }
}
