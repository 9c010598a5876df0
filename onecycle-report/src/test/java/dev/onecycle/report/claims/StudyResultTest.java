package dev.onecycle.report.claims;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.claims.ArmResult.Trial;
import dev.onecycle.report.claims.Claim.Relation;
import dev.onecycle.report.claims.StudyResult.About;
import dev.onecycle.report.claims.StudyResult.Stated;
import dev.onecycle.report.claims.Verdict.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StudyResultTest {
  private static Trial trial(double accuracy) {
    return trial(accuracy, "a machine");
  }

  private static Trial trial(double accuracy, String machine) {
    return new Trial(
        "runs/x", Map.of(Quantity.TEST_ACCURACY, accuracy), "", 10, machine, List.of());
  }

  private static Trial failed(String failure) {
    return new Trial("failed/x.json", Map.of(), failure, 5, "a machine", List.of());
  }

  private static ArmResult arm(String name, Trial... trials) {
    TreeMap<Long, Trial> bySeed = new TreeMap<>();
    for (Trial trial : trials) {
      bySeed.put(bySeed.size() + 1L, trial);
    }
    return new ArmResult(name, "arm " + name, Map.of(), bySeed, trials.length, "");
  }

  private static StudyResult study(double margin, ArmResult... arms) {
    Claim claim =
        new Claim(
            "a is better",
            Quantity.TEST_ACCURACY,
            Map.of("a", 1.0, "b", -1.0),
            Relation.ABOVE,
            0,
            margin);
    return new StudyResult(
        new About("x", "X", "a source", "a scale", "shapes", "onecycle reproduce x"),
        List.of(arms),
        Map.of(),
        List.of(new Stated(claim, "")));
  }

  /** Trials without a result are done; the page says why they have none. */
  @Test
  void aTrialWithoutAResultIsDoneAndToldWithItsReason() {
    StudyResult study =
        study(
            0,
            arm("a", trial(91), failed("no rate was found"), failed("diverged")),
            arm("b", trial(90), trial(90), trial(91)));
    assertThat(study.complete()).isTrue();
    Verdict verdict = study.verdicts().values().iterator().next();
    assertThat(verdict.kind()).isEqualTo(Kind.NOT_DECIDABLE);
    assertThat(verdict.reason())
        .isEqualTo(
            "1 of 3 runs of a without a result: no rate was found;"
                + " 1 of 3 runs of a without a result: diverged");
    StudyTables tables = new StudyTables(study);
    assertThat(tables.notes())
        .containsExactly(
            "Arm a: 1 of 3 without a result: no rate was found; 1 of 3 without a result: diverged");
    assertThat(tables.runs().rows().get(1)).contains("failed/x.json", "none");
    assertThat(tables.outcome()).contains("6 of 6 runs are done");
  }

  /** Runs of another precision differ by more than their arms. */
  @Test
  void runsOfSeveralMachinesAreTold() {
    ArmResult one = arm("a", trial(91), trial(92));
    ArmResult other = arm("b", trial(90), trial(90, "another, bf16"));
    assertThat(new StudyTables(study(0, one, other)).conclusions().get(0).rule())
        .endsWith("; its runs are of several machines: a machine | another, bf16.");
    assertThat(
            new StudyTables(study(0, one, arm("b", trial(90), trial(90))))
                .conclusions()
                .get(0)
                .rule())
        .doesNotContain("machine");
  }

  /** A small difference that holds is not said to count as none. */
  @Test
  void theMarginIsToldAsTheRuleThatItIs() {
    StudyResult study =
        study(
            0.3,
            arm("a", trial(90.05), trial(90.06), trial(90.05)),
            arm("b", trial(90), trial(90), trial(90)));
    assertThat(study.verdicts().values().iterator().next().kind()).isEqualTo(Kind.HOLDS);
    assertThat(new StudyTables(study).conclusions().get(0).rule())
        .endsWith("a margin of 0.30 decides between does not hold and not decidable.")
        .doesNotContain("counts as none");
  }
}
