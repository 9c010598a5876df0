package dev.onecycle.report.claims;

import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * An experiment with the results of its arms so far.
 *
 * @param about the experiment
 * @param arms in order
 * @param grids the accuracy on the held-out images with the first seed, by the title of an arm that
 *     takes the best of a grid of peak rates, and by the peak
 * @param claims in order
 */
public record StudyResult(
    About about,
    List<ArmResult> arms,
    Map<String, SortedMap<Double, Double>> grids,
    List<Stated> claims) {
  /**
   * What was done.
   *
   * @param name of the experiment
   * @param title for people
   * @param source of the figures and claims
   * @param scale and what it means, in sentences
   * @param data as given
   * @param command that makes the page again
   */
  public record About(
      String name, String title, String source, String scale, String data, String command) {}

  /**
   * A claim at this scale.
   *
   * @param undecidable why this scale cannot decide it; empty where it can
   */
  public record Stated(Claim claim, String undecidable) {}

  public StudyResult {
    arms = List.copyOf(arms);
    grids = Collections.unmodifiableMap(new LinkedHashMap<>(grids));
    claims = List.copyOf(claims);
  }

  /** The quantities that an arm has, in order. */
  public List<Quantity> quantities() {
    return Arrays.stream(Quantity.values())
        .filter(
            quantity ->
                arms.stream()
                    .anyMatch(
                        arm ->
                            arm.source().containsKey(quantity) || !arm.values(quantity).isEmpty()))
        .toList();
  }

  /** The verdict on each claim, in order. */
  public Map<Claim, Verdict> verdicts() {
    Map<Claim, Verdict> verdicts = new LinkedHashMap<>();
    claims.forEach(stated -> verdicts.put(stated.claim(), verdict(stated)));
    return verdicts;
  }

  private Verdict verdict(Stated stated) {
    if (!stated.undecidable().isEmpty()) {
      return Verdict.undecided(stated.undecidable());
    }
    Claim claim = stated.claim();
    List<String> failed = new ArrayList<>();
    Map<String, SortedMap<Long, Double>> values = new LinkedHashMap<>();
    for (ArmResult arm : arms) {
      SortedMap<Long, Double> ofArm = arm.values(claim.quantity());
      if (!ofArm.isEmpty()) {
        values.put(arm.name(), ofArm);
      }
      if (claim.weights().containsKey(arm.name())) {
        arm.failures()
            .forEach(
                (failure, count) ->
                    failed.add(
                        Numbers.format(
                            "%d of %d runs of %s without a result: %s",
                            count, arm.trials().size(), arm.name(), failure)));
      }
    }
    return failed.isEmpty()
        ? ClaimTest.of(claim, values)
        : Verdict.undecided(String.join("; ", failed));
  }

  /** How many claims have a verdict. */
  long count(Verdict.Kind kind) {
    return verdicts().values().stream().filter(verdict -> verdict.kind() == kind).count();
  }

  /** How many runs are done. */
  long done() {
    return arms.stream().mapToLong(arm -> arm.trials().size()).sum();
  }

  /** How many runs there are to be. */
  long planned() {
    return arms.stream().mapToLong(ArmResult::planned).sum();
  }

  /** Whether every planned run is done. */
  public boolean complete() {
    return arms.stream().allMatch(arm -> arm.trials().size() >= arm.planned());
  }
}
