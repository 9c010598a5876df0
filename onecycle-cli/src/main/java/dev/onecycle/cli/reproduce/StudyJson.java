package dev.onecycle.cli.reproduce;

import dev.onecycle.report.claims.ArmResult;
import dev.onecycle.report.claims.Claim;
import dev.onecycle.report.claims.Quantity;
import dev.onecycle.report.claims.StudyResult;
import dev.onecycle.report.claims.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The result of an experiment as the object of its JSON file. */
final class StudyJson {
  private StudyJson() {}

  /** The experiment with its claims, arms and runs. */
  static Map<String, Object> of(StudyResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", result.about().name());
    json.put("title", result.about().title());
    json.put("source", result.about().source());
    json.put("scale", result.about().scale());
    json.put("data", result.about().data());
    json.put("command", result.about().command());
    json.put("complete", result.complete());
    List<Map<String, Object>> claims = new ArrayList<>();
    result.verdicts().forEach((claim, verdict) -> claims.add(of(claim, verdict)));
    json.put("claims", claims);
    json.put(
        "arms",
        result.arms().stream()
            .map(arm -> of(arm, result.grids().getOrDefault(arm.title(), new TreeMap<>())))
            .toList());
    return json;
  }

  private static Map<String, Object> of(Claim claim, Verdict verdict) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("claim", claim.text());
    json.put("measure", claim.quantity().toString());
    List<Map<String, Object>> contrast = new ArrayList<>();
    claim.weights().forEach((arm, weight) -> contrast.add(Map.of("arm", arm, "weight", weight)));
    json.put("contrast", contrast);
    json.put("relation", claim.relation().toString());
    json.put("bound", claim.bound());
    json.put("margin", claim.margin());
    json.put("verdict", verdict.kind().toString());
    json.put("by", verdict.reason());
    verdict
        .test()
        .ifPresent(
            test -> {
              json.put("n", test.sum().n());
              json.put("mean", test.sum().mean());
              json.put("deviation", test.sum().deviation());
              json.put("low", test.low());
              json.put("high", test.high());
              json.put("p", test.p());
            });
    return json;
  }

  private static Map<String, Object> of(ArmResult arm, SortedMap<Double, Double> grid) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", arm.name());
    json.put("title", arm.title());
    json.put("source", values(arm.source()));
    json.put("note", arm.note());
    json.put("planned", arm.planned());
    List<Map<String, Object>> peaks = new ArrayList<>();
    grid.forEach(
        (peak, accuracy) -> peaks.add(Map.of("max_lr", peak, "validation_accuracy", accuracy)));
    json.put("grid", peaks);
    List<Map<String, Object>> runs = new ArrayList<>();
    arm.trials()
        .forEach(
            (seed, trial) -> {
              Map<String, Object> run = new LinkedHashMap<>();
              run.put("seed", seed);
              run.put("run", trial.folder());
              run.put("diverged", trial.failure().startsWith(TrialResult.DIVERGED));
              if (trial.failed()) {
                run.put("failure", trial.failure());
              }
              run.put("results", values(trial.values()));
              run.put("seconds", trial.seconds());
              run.put("machine", trial.machine());
              runs.add(run);
            });
    json.put("runs", runs);
    return json;
  }

  private static Map<String, Object> values(Map<Quantity, Double> values) {
    Map<String, Object> json = new LinkedHashMap<>();
    values.forEach((quantity, value) -> json.put(quantity.toString(), value));
    return json;
  }
}
