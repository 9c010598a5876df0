package dev.onecycle.report.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.report.claims.Claim.Relation;
import dev.onecycle.report.claims.Verdict.Kind;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimTestTest {
  private static final Map<String, TreeMap<Long, Double>> VALUES =
      Map.of("a", seeds(91, 92, 93, 94), "b", seeds(90, 90, 90, 90));

  private static TreeMap<Long, Double> seeds(double... values) {
    TreeMap<Long, Double> bySeed = new TreeMap<>();
    for (double value : values) {
      bySeed.put(bySeed.size() + 1L, value);
    }
    return bySeed;
  }

  private static Claim claim(Relation relation, double bound, double margin) {
    return new Claim(
        "a is not b", Quantity.TEST_ACCURACY, Map.of("a", 1.0, "b", -1.0), relation, bound, margin);
  }

  /** R: t.test(c(1, 2, 3, 4)) gives t = 3.873, df = 3, p = 0.03047, interval 0.4457 to 4.5543. */
  @Test
  void theTestIsStudents() {
    Verdict verdict = ClaimTest.of(claim(Relation.ABOVE, 0, 0), VALUES);
    Verdict.Test test = verdict.test().orElseThrow();
    assertThat(test.sum().n()).isEqualTo(4);
    assertThat(test.sum().mean()).isEqualTo(2.5);
    assertThat(test.p()).isCloseTo(0.03047, within(1e-5));
    assertThat(test.low()).isCloseTo(0.4457, within(1e-4));
    assertThat(test.high()).isCloseTo(4.5543, within(1e-4));
    assertThat(verdict.reason()).isEqualTo("t test, paired by seed");
  }

  @ParameterizedTest
  @CsvSource({
    "ABOVE, 0, 0, HOLDS",
    "ABOVE, 1, 0, NOT_DECIDABLE",
    "ABOVE, 5, 0, DOES_NOT_HOLD",
    "ABOVE, 4, 0, NOT_DECIDABLE",
    "ABOVE, 4, 1, DOES_NOT_HOLD",
    "BELOW, 5, 0, HOLDS",
    "BELOW, 0, 0, DOES_NOT_HOLD",
    "BELOW, 1, 0, NOT_DECIDABLE",
    "BELOW, 1, 1, DOES_NOT_HOLD",
    "DIFFERENT, 0, 0, HOLDS",
    "DIFFERENT, 5, 0, HOLDS",
    "DIFFERENT, 2, 0, NOT_DECIDABLE",
    "DIFFERENT, 2, 3, DOES_NOT_HOLD"
  })
  void theIntervalDecides(Relation relation, double bound, double margin, Kind kind) {
    assertThat(ClaimTest.of(claim(relation, bound, margin), VALUES).kind()).isEqualTo(kind);
  }

  /** Seeds that one arm lacks are left out of the difference. */
  @Test
  void differencesAreTakenSeedBySeed() {
    TreeMap<Long, Double> b = new TreeMap<>(Map.of(2L, 91.0, 4L, 92.0, 9L, 10.0));
    Verdict verdict =
        ClaimTest.of(claim(Relation.ABOVE, 0, 0), Map.of("a", seeds(91, 92, 93, 94), "b", b));
    assertThat(verdict.test().orElseThrow().sum().n()).isEqualTo(2);
    assertThat(verdict.test().orElseThrow().sum().mean()).isEqualTo(1.5);
  }

  @Test
  void ratesAreComparedByTheirLogarithms() {
    Claim claim =
        new Claim("a is higher", Quantity.EDGE, Map.of("a", 1.0, "b", -1.0), Relation.ABOVE, 0, 0);
    Verdict verdict = ClaimTest.of(claim, Map.of("a", seeds(1, 10, 10), "b", seeds(0.1, 0.1, 0.1)));
    assertThat(verdict.test().orElseThrow().sum().mean()).isCloseTo(5 / 3.0, within(1e-12));
  }

  @Test
  void withoutSpreadOrSeedsNothingIsDecided() {
    Claim claim = claim(Relation.ABOVE, 0, 0);
    Verdict one = ClaimTest.of(claim, Map.of("a", seeds(91), "b", seeds(90)));
    assertThat(one.kind()).isEqualTo(Kind.NOT_DECIDABLE);
    assertThat(one.reason()).isEqualTo("1 seed of all arms is finished, and a spread needs 2");
    Verdict equal = ClaimTest.of(claim, Map.of("a", seeds(91, 91), "b", seeds(90, 90)));
    assertThat(equal.kind()).isEqualTo(Kind.NOT_DECIDABLE);
    assertThat(equal.reason()).contains("no spread");
    // Each difference is 20 of 1,000 images; the products are not equal in the last bit.
    Verdict rounded =
        ClaimTest.of(
            claim,
            Map.of(
                "a", seeds(100 * 0.820, 100 * 0.821, 100 * 0.823),
                "b", seeds(100 * 0.800, 100 * 0.801, 100 * 0.803)));
    assertThat(rounded.kind()).isEqualTo(Kind.NOT_DECIDABLE);
    Verdict absent = ClaimTest.of(claim, Map.of("a", seeds(91, 92)));
    assertThat(absent.kind()).isEqualTo(Kind.NOT_DECIDABLE);
    assertThat(absent.reason()).isEqualTo("no finished run of b has a test accuracy");
  }
}
