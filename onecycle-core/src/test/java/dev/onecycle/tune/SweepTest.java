package dev.onecycle.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict.Kind;
import dev.onecycle.testing.Property;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SweepTest {
  @Test
  void theCurvesOfTheseTestsAreReadAsMeant() {
    assertThat(SweepFixtures.kind(SweepFixtures.leaving(3))).isEqualTo(Kind.CLEAR);
    assertThat(SweepFixtures.kind(SweepFixtures.noisy(1))).isEqualTo(Kind.NOISY);
    assertThat(SweepFixtures.kind(SweepFixtures.hopeless())).isEqualTo(Kind.NOTHING_LEARNED);
    assertThat(SweepFixtures.kind(SweepFixtures.neverLeaving())).isEqualTo(Kind.NO_EDGE);
    double low = SweepFixtures.edge(SweepFixtures.candidate(1e-3, SweepFixtures.leaving(1)));
    double high = SweepFixtures.edge(SweepFixtures.candidate(1e-3, SweepFixtures.leaving(4)));
    assertThat(high / low).isBetween(3.8, 4.2);
  }

  @Test
  void theLargestDecayWhoseEdgeIsAtLeastHalfOfTheBestIsChosen() {
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, SweepFixtures.decays(3, 5, 12, 12));
    assertThat(sweep.chosen().orElseThrow().value()).isEqualTo(1e-4);
    assertThat(sweep.explanation())
        .startsWith("1e-4: the largest weight decay whose edge, 1")
        .contains(" is at least half of the best, ")
        .contains("1e-2 reaches ", "1e-3 reaches ", "1e-5 reaches ")
        .endsWith(".");
  }

  @Test
  void aNeighbourWithMoreThanHalfOfTheEdgeIsTakenWithItsMoreRegularisation() {
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, SweepFixtures.decays(3, 7, 12, 12));
    assertThat(sweep.chosen().orElseThrow().value()).isEqualTo(1e-3);
  }

  @Test
  void theRuleHoldsForAnyEdgesInAnyOrder() {
    Property.holds(
        100,
        random -> {
          List<Candidate> candidates = new ArrayList<>();
          int n = 2 + random.nextInt(4);
          for (int i = 0; i < n; i++) {
            double edge = Property.logUniform(random, 0.5, 20);
            candidates.add(
                SweepFixtures.candidate(Math.pow(10, -i - 1), SweepFixtures.leaving(edge)));
          }
          Collections.shuffle(candidates, new Random(random.nextLong()));
          Candidate chosen =
              Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, candidates).chosen().orElseThrow();
          double best = candidates.stream().mapToDouble(SweepFixtures::edge).max().orElseThrow();
          assertThat(SweepFixtures.edge(chosen)).isGreaterThanOrEqualTo(best / 2);
          for (Candidate other : candidates) {
            if (other.value() > chosen.value()) {
              assertThat(SweepFixtures.edge(other)).isLessThan(best / 2);
            }
          }
        });
  }

  @Test
  void aCurveThatCannotBeReadIsNotGuessedAt() {
    List<Candidate> candidates =
        List.of(
            SweepFixtures.candidate(1e-3, SweepFixtures.noisy(1)),
            SweepFixtures.candidate(1e-4, SweepFixtures.leaving(12)));
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, candidates);
    assertThat(sweep.chosen()).isEmpty();
    assertThat(sweep.explanation())
        .contains("1e-3 (noisy)", "cannot be read", "three seeds")
        .doesNotContain("1e-4");
  }

  @Test
  void repeatedTestsThatCannotBeReadAskForSomethingElse() {
    Candidate unread =
        SweepFixtures.candidate(
            1e-3, SweepFixtures.noisy(1), SweepFixtures.noisy(2), SweepFixtures.noisy(3));
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, List.of(unread));
    assertThat(sweep.explanation()).contains("larger batch").doesNotContain("three seeds");
  }

  @Test
  void aDecayUnderWhichNothingTrainsIsOutOfTheQuestionAndSaid() {
    List<Candidate> candidates =
        List.of(
            SweepFixtures.candidate(
                10, SweepFixtures.hopeless(), SweepFixtures.hopeless(), SweepFixtures.hopeless()),
            SweepFixtures.candidate(1e-4, SweepFixtures.leaving(12)));
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, candidates);
    assertThat(sweep.chosen().orElseThrow().value()).isEqualTo(1e-4);
    assertThat(sweep.explanation()).contains("10 learned nothing in its tests");
    Sweep none = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, List.of(candidates.get(0)));
    assertThat(none.chosen()).isEmpty();
    assertThat(none.explanation()).startsWith("No candidate has an edge");
  }

  /** One test of few steps has learned nothing with values that train well, too. */
  @Test
  void oneTestThatLearnedNothingIsNoEvidenceAgainstAValue() {
    List<Candidate> candidates =
        List.of(
            SweepFixtures.candidate(1e-4, SweepFixtures.hopeless()),
            SweepFixtures.candidate(1e-2, SweepFixtures.leaving(12)));
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, candidates);
    assertThat(sweep.chosen()).isEmpty();
    assertThat(sweep.explanation())
        .contains("1e-4 (nothing learned)", "cannot be read", "three seeds");
  }

  @Test
  void aTestThatNeverLeftReachesAtLeastItsEnd() {
    List<Candidate> candidates =
        List.of(
            SweepFixtures.candidate(1e-2, SweepFixtures.leaving(12)),
            SweepFixtures.candidate(1e-4, SweepFixtures.neverLeaving()));
    Sweep sweep = Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, candidates);
    assertThat(sweep.chosen().orElseThrow().value()).isEqualTo(1e-4);
    assertThat(sweep.explanation()).contains("more than 100");
  }

  /** The test that diverged at once ended at a low rate, which bounds nothing. */
  @Test
  void theLastRateIsThatOfTheTestsWithoutAnEdge() {
    RangeResult whole = SweepFixtures.ended(Kind.NO_EDGE, 100, StopReason.REACHED_END);
    RangeResult lower = SweepFixtures.ended(Kind.NO_EDGE, 90, StopReason.REACHED_END);
    RangeResult diverged = SweepFixtures.ended(Kind.DIVERGED_AT_ONCE, 1e-4, StopReason.DIVERGED);
    Candidate candidate = SweepFixtures.candidate(1e-4, whole, diverged, lower);
    assertThat(candidate.beyondRange()).isTrue();
    assertThat(candidate.edge()).hasValue(90);
  }

  /** One of two tests had an edge, far below the end of the range. */
  @Test
  void testsThatDisagreeBoundNoEdge() {
    Candidate candidate =
        SweepFixtures.candidate(1e-4, SweepFixtures.leaving(12), SweepFixtures.neverLeaving());
    assertThat(candidate.edge()).isEmpty();
    assertThat(candidate.beyondRange()).isFalse();
  }

  @Test
  void onlyAnInterruptedTestWithoutAnEdgeHidesIt() {
    RangeResult whole = SweepFixtures.ended(Kind.NO_EDGE, 100, StopReason.REACHED_END);
    RangeResult cut = SweepFixtures.ended(Kind.NO_EDGE, 0.1, StopReason.INTERRUPTED);
    RangeResult unread = SweepFixtures.ended(Kind.TOO_SHORT, 1e-5, StopReason.INTERRUPTED);
    assertThat(SweepFixtures.candidate(1e-4, whole, cut).edge()).isEmpty();
    assertThat(SweepFixtures.candidate(1e-4, whole, whole, unread).edge()).hasValue(100);
  }

  @Test
  void anUncertainEdgeIsMarkedWhetherItsValueIsChosenOrNot() {
    Sweep rejected =
        Sweep.byEdge(
            Hyperparameter.WEIGHT_DECAY,
            List.of(
                SweepFixtures.candidate(1e-2, SweepFixtures.uncertain(3)),
                SweepFixtures.candidate(1e-4, SweepFixtures.leaving(12))));
    assertThat(rejected.chosen().orElseThrow().value()).isEqualTo(1e-4);
    assertThat(rejected.explanation()).contains("; 1e-2 reaches 3 (uncertain)");
    assertThat(rejected.explanation()).containsOnlyOnce("(uncertain)");
    Sweep chosen =
        Sweep.byEdge(
            Hyperparameter.WEIGHT_DECAY,
            List.of(
                SweepFixtures.candidate(1e-2, SweepFixtures.uncertain(3)),
                SweepFixtures.candidate(1e-4, SweepFixtures.uncertain(4))));
    assertThat(chosen.explanation())
        .isEqualTo(
            "1e-2: the largest weight decay whose edge, 3 (uncertain), is at least half of the"
                + " best, 4; 1e-4 reaches 4 (uncertain); one test each, and with another seed an"
                + " edge can differ by more than a factor of two.");
  }

  @Test
  void aChoiceBetweenSingleTestsSaysSo() {
    String one = "one test each";
    Candidate single = SweepFixtures.candidate(1e-4, SweepFixtures.leaving(12));
    Candidate repeated =
        SweepFixtures.candidate(1e-4, SweepFixtures.leaving(12), SweepFixtures.leaving(13));
    Candidate other = SweepFixtures.candidate(1e-2, SweepFixtures.leaving(3));
    Candidate otherRepeated =
        SweepFixtures.candidate(1e-2, SweepFixtures.leaving(3), SweepFixtures.leaving(3));
    assertThat(byEdge(single, other)).contains(one);
    assertThat(byEdge(repeated, otherRepeated)).doesNotContain(one);
    assertThat(byEdge(single)).as("there is no other").doesNotContain(one);
  }

  private static String byEdge(Candidate... candidates) {
    return Sweep.byEdge(Hyperparameter.WEIGHT_DECAY, List.of(candidates)).explanation();
  }

  @Test
  void momentaAreComparedByTheRateThatAStepAmountsTo() {
    // Twice the edge at a momentum that makes steps half as long is no gain.
    List<Candidate> candidates =
        List.of(
            SweepFixtures.candidate(0.9, SweepFixtures.leaving(1)),
            SweepFixtures.candidate(0.5, SweepFixtures.leaving(4)));
    Sweep sweep = Sweep.byEdge(Hyperparameter.MOMENTUM, candidates);
    assertThat(sweep.chosen().orElseThrow().value()).isEqualTo(0.9);
    assertThat(sweep.explanation()).contains("edge / (1 - momentum)");
  }

  @Test
  void cyclesAreComparedByAccuracyAndOfEqualsTheLargestIsTaken() {
    Sweep best =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(SweepFixtures.cycled(0, 0.5, 0.7), SweepFixtures.cycled(0.1, 0.9, 0.6)));
    assertThat(best.chosen().orElseThrow().value()).isEqualTo(0);
    assertThat(best.explanation())
        .contains("after a cycle of 2 epochs", "70.00 % of 1,000", "60.00 %", "farther behind");
    Sweep equal =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(SweepFixtures.cycled(0, 0.7), SweepFixtures.cycled(0.1, 0.7)));
    assertThat(equal.chosen().orElseThrow().value()).isEqualTo(0.1);
    assertThat(equal.explanation())
        .contains("70.00 %, no farther behind than the number of images explains;");
  }

  /** How much of a lead is due to the seed, one cycle each cannot tell. */
  @Test
  void aLeadBetweenCyclesIsNotSaidToBeMoreThanChance() {
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(
                SweepFixtures.cycled(0, 0.7),
                SweepFixtures.cycled(0.1, 0.6),
                SweepFixtures.divergedCycle(0.5)));
    assertThat(sweep.explanation())
        .endsWith(
            "; 0.1 comes next with 60.00 %, farther behind than the number of images explains;"
                + " each had one cycle from one seed, and another seed may choose otherwise; 0.5"
                + " diverged.");
  }

  @Test
  void theChosenValueIsACandidates() {
    Candidate candidate = SweepFixtures.cycled(0.25, 0.7);
    OptionalDouble other = OptionalDouble.of(0.5);
    assertThatThrownBy(() -> new Sweep(Hyperparameter.DROPOUT, List.of(candidate), other, "so"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("chosen value must be the value of a candidate but was 0.5");
  }

  @Test
  void aCycleThatDivergedIsNeverChosen() {
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.WEIGHT_DECAY,
            List.of(SweepFixtures.divergedCycle(1e-2), SweepFixtures.cycled(1e-4, 0.2)));
    assertThat(sweep.chosen().orElseThrow().value()).isEqualTo(1e-4);
    assertThat(sweep.explanation()).endsWith("; 1e-2 diverged.");
    assertThat(
            Sweep.byCycle(Hyperparameter.WEIGHT_DECAY, List.of(SweepFixtures.divergedCycle(1e-2)))
                .chosen())
        .isEmpty();
  }

  @Test
  void candidatesAreDistinctAndInRange() {
    assertThatThrownBy(
            () ->
                Sweep.byEdge(
                    Hyperparameter.DROPOUT,
                    List.of(
                        SweepFixtures.candidate(0.1, SweepFixtures.leaving(1)),
                        SweepFixtures.candidate(0.1, SweepFixtures.leaving(2)))))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("candidates of dropout must be distinct");
    assertThatThrownBy(
            () ->
                Sweep.byEdge(
                    Hyperparameter.DROPOUT,
                    List.of(SweepFixtures.candidate(1, SweepFixtures.leaving(1)))))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("dropout must be in [0, 1)");
  }
}
