package dev.onecycle.report.claims;

import dev.onecycle.report.claims.StudyTables.Grid;
import dev.onecycle.report.claims.Verdict.Kind;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The claims of one or more experiments, with a correction for their number: of many tests at the 5
 * % level some decide by chance.
 *
 * <p><i>Source:</i> S. Holm (1979), "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6. The p-values of m tests are taken from the smallest up, and
 * the i-th stays decided while it and all before it are at most 0.05 / (m − i + 1). So the chance
 * of any wrong decision is at most 5 %, also where experiments share runs.
 */
public final class ManyClaims {
  /**
   * A claim that a test was made for.
   *
   * @param p of the decision; 1 where there is none
   */
  private record Tested(String experiment, Claim claim, Kind kind, double p) {
    boolean isDecided() {
      return kind != Kind.NOT_DECIDABLE;
    }
  }

  private final List<StudyResult> results;
  private final List<Tested> tested;

  public ManyClaims(List<StudyResult> results) {
    this.results = List.copyOf(results);
    List<Tested> claims = new ArrayList<>();
    for (StudyResult result : results) {
      String name = result.about().name();
      result
          .verdicts()
          .forEach(
              (claim, verdict) ->
                  verdict
                      .test()
                      .map(test -> ClaimTest.p(claim, verdict.kind(), test))
                      .ifPresent(p -> claims.add(new Tested(name, claim, verdict.kind(), p))));
    }
    this.tested = List.copyOf(claims);
  }

  /** How many claims have enough runs for a test. */
  public int tested() {
    return tested.size();
  }

  /** How many claims are decided, each at the 5 % level. */
  public int decided() {
    return (int) tested.stream().filter(Tested::isDecided).count();
  }

  /** How many claims stay decided with the correction. */
  public int corrected() {
    return kept().size();
  }

  /** The claims that stay decided with the correction, the surest first. */
  private List<Tested> kept() {
    List<Tested> sorted = tested.stream().sorted(Comparator.comparingDouble(Tested::p)).toList();
    int kept = 0;
    while (kept < sorted.size()
        && sorted.get(kept).p <= (1 - ClaimTest.LEVEL) / (sorted.size() - kept)) {
      kept++;
    }
    return sorted.subList(0, kept);
  }

  /** The number of decided claims with and without the correction, in a sentence. */
  public String sentence() {
    String decided =
        Numbers.format(
            "Of %s %s decided, each at the 5 %% level",
            Counts.of(tested(), "tested claim", "tested claims"), areOrIs(decided()));
    return tested() < 2 || decided() == 0
        ? decided + "."
        : Numbers.format(
            "%s; with Holm's correction for their number %s.",
            decided,
            corrected() == 0
                ? "none of them is"
                : corrected() == 1 ? "1 of them is" : corrected() + " of them are");
  }

  private static String areOrIs(int count) {
    return count == 0 ? "none is" : count == 1 ? "1 is" : count + " are";
  }

  /** The claims that stay decided with the correction, the surest first, in sentences. */
  public List<String> sentences() {
    return kept().stream()
        .map(one -> Numbers.format("%s: %s (%s)", one.experiment, one.claim.text(), one.kind))
        .toList();
  }

  /** The number of claims of each experiment by their verdicts, and of its runs. */
  public Grid table() {
    List<String> headings = new ArrayList<>(List.of("experiment"));
    for (Kind kind : Kind.values()) {
      headings.add(kind.toString());
    }
    headings.add("runs");
    List<List<String>> rows = new ArrayList<>();
    for (StudyResult result : results) {
      List<String> row = new ArrayList<>(List.of(result.about().name()));
      for (Kind kind : Kind.values()) {
        row.add(Long.toString(result.count(kind)));
      }
      row.add(Numbers.format("%d of %d", result.done(), result.planned()));
      rows.add(row);
    }
    return new Grid(headings, rows);
  }
}
