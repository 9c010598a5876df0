package dev.onecycle.report.compare;

import dev.onecycle.record.Measure;
import dev.onecycle.report.compare.RunResult.Score;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Several runs compared: their results, their differences, and their spread over seeds.
 *
 * @param results of each run
 * @param differences conditions and settings that are not the same in all runs; values in the order
 *     of {@code compared}
 * @param compared names of the runs with known settings
 * @param groups runs that differ in their seed alone, at least two in a group
 */
public record Comparison(
    List<RunResult> results,
    List<Difference> differences,
    List<String> compared,
    List<SeedGroup> groups) {
  /** Settings that depend on the seed if the learning rate was found by a range test. */
  private static final Set<String> SEED_DEPENDENT = Set.of("learning_rate");

  /** Settings that are part of a condition: of optimizer, loss, augmentation or replicas. */
  private static final Set<String> PARTS_OF_CONDITIONS =
      Set.of(
          "decoupled_decay",
          "bias_rate",
          "label_smoothing",
          "augment",
          "pad",
          "pad_mode",
          "flip",
          "cutout",
          "threads");

  /** Settings that change neither a loss nor an accuracy. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of(
          "data",
          "cache",
          "offline",
          "checkpoint_minutes",
          "on_save_error",
          "on_divergence",
          "tensorboard",
          "lr_from",
          "accept_stale");

  /**
   * A condition or setting that differs between runs.
   *
   * @param name for people: "weight decay"
   * @param values one for each run; empty if a run has none
   */
  public record Difference(String name, List<String> values) {
    public Difference {
      values = List.copyOf(values);
    }
  }

  /**
   * Completed runs that differ in their seed alone.
   *
   * @param names of the runs
   * @param measure that tells their best epochs
   * @param score its values after the last epoch, of a share in percent
   * @param validationLoss after the last epoch
   */
  public record SeedGroup(
      List<String> names,
      Measure measure,
      MeanAndDeviation score,
      MeanAndDeviation validationLoss) {
    public SeedGroup {
      names = List.copyOf(names);
    }
  }

  public Comparison {
    results = List.copyOf(results);
    differences = List.copyOf(differences);
    compared = List.copyOf(compared);
    groups = List.copyOf(groups);
  }

  /** Compares runs with distinct names. */
  public static Comparison of(List<RunHistory> runs) {
    return of(runs, List.of());
  }

  /** Compares runs, and curves without settings; all names must be distinct. */
  public static Comparison of(List<RunHistory> runs, List<RunCurves> others) {
    List<RunResult> results = new ArrayList<>();
    runs.forEach(run -> results.add(RunResult.of(run)));
    others.forEach(curves -> results.add(RunResult.of(curves)));
    return new Comparison(
        results, differences(runs), runs.stream().map(RunHistory::name).toList(), groups(runs));
  }

  /** The metrics that tell the best epochs of the runs, each once; of evaluated runs alone. */
  public List<Measure> measures() {
    return results.stream()
        .flatMap(result -> result.score().stream())
        .map(Score::measure)
        .distinct()
        .toList();
  }

  /**
   * The evaluated results, the best first, by the metric that tells the best epoch and in its
   * direction; empty where the runs have different metrics, which cannot be compared.
   */
  public List<RunResult> ranked() {
    if (measures().size() > 1) {
      return List.of();
    }
    return results.stream()
        .filter(r -> r.score().filter(score -> Double.isFinite(score.last())).isPresent())
        .sorted(Comparator.comparingDouble(Comparison::rank))
        .toList();
  }

  private static double rank(RunResult result) {
    Score score = result.score().orElseThrow();
    return score.measure().rank(score.last());
  }

  private static List<Difference> differences(List<RunHistory> runs) {
    List<Map<String, String>> all = runs.stream().map(r -> byName(r.record())).toList();
    Set<String> names = new LinkedHashSet<>();
    all.forEach(run -> names.addAll(run.keySet()));
    List<Difference> differences = new ArrayList<>();
    for (String name : names) {
      List<String> values = all.stream().map(run -> run.getOrDefault(name, "")).toList();
      if (values.stream().distinct().count() > 1) {
        differences.add(new Difference(name, values));
      }
    }
    return differences;
  }

  private static Map<String, String> byName(RunRecord record) {
    Map<String, String> all = new LinkedHashMap<>();
    record.conditions().byName().forEach((name, value) -> all.put(name.replace('_', ' '), value));
    all.put("policy", record.policy().name());
    all.put("steps", Long.toString(record.policy().steps()));
    all.put(
        "evaluated on",
        Counts.samples(
            record.data().evaluationImages(),
            record.data().evaluationName(),
            record.task().noun()));
    record
        .settings()
        .forEach(
            (name, value) -> {
              if (!PARTS_OF_CONDITIONS.contains(name) && !WITHOUT_EFFECT.contains(name)) {
                all.putIfAbsent(name.replace('_', ' '), text(value));
              }
            });
    all.put("evaluate every", Integer.toString(record.evaluateEvery()));
    return all;
  }

  private static String text(Object value) {
    return value instanceof Double d ? Numbers.exact(d) : String.valueOf(value);
  }

  private static List<SeedGroup> groups(List<RunHistory> runs) {
    // A run that was repeated with its seed says nothing about the spread: the first one counts.
    Map<Object, Map<Object, RunHistory>> alike = new LinkedHashMap<>();
    for (RunHistory run : runs) {
      if (complete(run)) {
        alike
            .computeIfAbsent(withoutSeed(run.record()), k -> new LinkedHashMap<>())
            .putIfAbsent(seed(run), run);
      }
    }
    return alike.values().stream()
        .filter(bySeed -> bySeed.size() > 1)
        .map(bySeed -> group(List.copyOf(bySeed.values())))
        .toList();
  }

  /** Whether a run has completed its epochs, so that it can be averaged with others. */
  private static boolean complete(RunHistory run) {
    return !run.epochs().isEmpty() && run.epochs().size() >= run.record().plannedEpochs().orElse(0);
  }

  private static Object seed(RunHistory run) {
    return String.valueOf(run.record().settings().get("seed"));
  }

  private static Object withoutSeed(RunRecord record) {
    Map<String, Object> settings = new HashMap<>(record.settings());
    boolean foundRate = !settings.containsKey("max_lr");
    settings.remove("seed");
    settings.keySet().removeAll(WITHOUT_EFFECT);
    if (foundRate) {
      settings.keySet().removeAll(SEED_DEPENDENT);
    }
    return List.of(
        record.task().judge(),
        record.conditions(),
        settings,
        foundRate,
        record.policy().name(),
        record.data().evaluationName(),
        record.data().evaluationImages());
  }

  private static SeedGroup group(List<RunHistory> runs) {
    Measure judge = runs.get(0).record().task().judge();
    return new SeedGroup(
        runs.stream().map(RunHistory::name).toList(),
        judge,
        spread(
            runs, r -> RunResult.of(r).score().map(s -> judge.shown(s.last())).orElse(Double.NaN)),
        spread(runs, r -> RunResult.of(r).validationLoss().orElse(Double.NaN)));
  }

  private static MeanAndDeviation spread(
      List<RunHistory> runs, ToDoubleFunction<RunHistory> value) {
    return MeanAndDeviation.of(runs.stream().mapToDouble(value).toArray());
  }
}
