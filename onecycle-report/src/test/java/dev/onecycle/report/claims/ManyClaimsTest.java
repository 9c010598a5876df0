package dev.onecycle.report.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.report.claims.ArmResult.Trial;
import dev.onecycle.report.claims.Claim.Relation;
import dev.onecycle.report.claims.StudyResult.About;
import dev.onecycle.report.claims.StudyResult.Stated;
import dev.onecycle.report.claims.Verdict.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ManyClaimsTest {
  /**
   * The mean of three seeds whose deviation is 1, so far above 0 that its test has this p-value. Of
   * two degrees of freedom p = 1 − t / √(t² + 2), and t = √3 · mean.
   */
  private static double mean(double p) {
    double share = 1 - p;
    return Math.sqrt(2 / 3.0) * share / Math.sqrt(1 - share * share);
  }

  private static ArmResult arm(String name, double mean) {
    TreeMap<Long, Trial> trials = new TreeMap<>();
    for (long seed = 1; seed <= 3; seed++) {
      Map<Quantity, Double> values = Map.of(Quantity.TEST_ACCURACY, mean + seed - 2);
      trials.put(seed, new Trial("runs/x", values, "", 10, "a machine", List.of()));
    }
    return new ArmResult(name, name, Map.of(), trials, 3, "");
  }

  private static Claim claim(String arm, Relation relation, double margin) {
    return new Claim(
        arm + " is so.", Quantity.TEST_ACCURACY, Map.of(arm, 1.0), relation, 0, margin);
  }

  /** An experiment whose claims have these p-values, the first one's by the arm's name. */
  private static StudyResult study(String name, double... ps) {
    List<ArmResult> arms = new ArrayList<>();
    List<Stated> claims = new ArrayList<>();
    for (double p : ps) {
      arms.add(arm(name + p, mean(p)));
      claims.add(new Stated(claim(name + p, Relation.ABOVE, 0), ""));
    }
    return new StudyResult(
        new About(name, name, "a source", "a scale", "shapes", "a command"),
        arms,
        Map.of(),
        claims);
  }

  /** Holm (1979): 0.05/4, 0.05/3, 0.05/2 and 0.05; Bonferroni's 0.05/4 would keep one. */
  @Test
  void theCorrectionIsHolms() {
    ManyClaims claims = new ManyClaims(List.of(study("x", 0.02, 0.3), study("y", 0.012, 0.016)));
    assertThat(claims.tested()).isEqualTo(4);
    assertThat(claims.decided()).isEqualTo(3);
    assertThat(claims.corrected()).isEqualTo(3);
    assertThat(claims.sentences())
        .containsExactly(
            "y: y0.012 is so. (holds)", "y: y0.016 is so. (holds)", "x: x0.02 is so. (holds)");
    assertThat(claims.sentence())
        .isEqualTo(
            "Of 4 tested claims 3 are decided, each at the 5 % level; with Holm's correction for"
                + " their number 3 of them are.");
    assertThat(claims.table().rows())
        .containsExactly(
            List.of("x", "1", "0", "1", "6 of 6"), List.of("y", "2", "0", "0", "6 of 6"));
  }

  /** A p-value above its share ends the list, though the next is below its own. */
  @Test
  void theFirstThatFailsEndsTheList() {
    ManyClaims claims = new ManyClaims(List.of(study("x", 0.01, 0.018, 0.024, 0.3)));
    assertThat(claims.decided()).isEqualTo(3);
    assertThat(claims.sentences()).containsExactly("x: x0.01 is so. (holds)");
    assertThat(new ManyClaims(List.of(study("x", 0.03, 0.04))).sentence())
        .isEqualTo(
            "Of 2 tested claims 2 are decided, each at the 5 % level; with Holm's correction for"
                + " their number none of them is.");
    assertThat(new ManyClaims(List.of(study("x", 0.04))).sentence())
        .isEqualTo("Of 1 tested claim 1 is decided, each at the 5 % level.");
    assertThat(new ManyClaims(List.of(study("x"))).sentence())
        .isEqualTo("Of 0 tested claims none is decided, each at the 5 % level.");
  }

  /** A claim that does not hold is decided against the bound and its margin. */
  @Test
  void aClaimThatDoesNotHoldIsTestedAgainstItsMargin() {
    double mean = mean(0.01);
    Verdict.Test test =
        ClaimTest.of(
                claim("a", Relation.ABOVE, 0),
                Map.of("a", arm("a", mean).values(Quantity.TEST_ACCURACY)))
            .test()
            .orElseThrow();
    assertThat(test.p()).isCloseTo(0.01, within(1e-12));
    assertThat(ClaimTest.p(claim("a", Relation.ABOVE, 0), Kind.HOLDS, test)).isEqualTo(test.p());
    double margin = mean - mean(0.2);
    assertThat(ClaimTest.p(claim("a", Relation.ABOVE, margin), Kind.DOES_NOT_HOLD, test))
        .isCloseTo(0.2, within(1e-12));
    assertThat(ClaimTest.p(claim("a", Relation.BELOW, mean(0.2)), Kind.DOES_NOT_HOLD, test))
        .isLessThan(0.01);
    assertThat(ClaimTest.p(claim("a", Relation.DIFFERENT, margin), Kind.DOES_NOT_HOLD, test))
        .isCloseTo(0.2, within(1e-12));
    assertThat(ClaimTest.p(claim("a", Relation.ABOVE, 0), Kind.NOT_DECIDABLE, test)).isEqualTo(1);
  }
}
