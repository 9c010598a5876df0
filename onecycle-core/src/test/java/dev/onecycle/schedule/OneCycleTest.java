package dev.onecycle.schedule;

import static dev.onecycle.testing.Property.logUniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OneCycleTest {
  /** Twenty steps, by hand: p = floor(20 · 0.8 / 2) = 8, low = 0.1, end = 0.001. */
  @Test
  void twentyStepsByHandAndPastTheEnd() {
    OneCycle cycle = OneCycle.of(20, 1.0).withAnnihilation(0.2);
    double[] rates = {
      0.1, 0.2125, 0.325, 0.4375, 0.55, 0.6625, 0.775, 0.8875, 1.0, 0.8875, 0.775, 0.6625, 0.55,
      0.4375, 0.325, 0.2125, 0.1, 0.067, 0.034, 0.001, 0.001, 0.001
    };
    double[] momenta = {
      0.95, 0.9375, 0.925, 0.9125, 0.9, 0.8875, 0.875, 0.8625, 0.85, 0.8625, 0.875, 0.8875, 0.9,
      0.9125, 0.925, 0.9375, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95
    };
    for (int step = 0; step < rates.length; step++) {
      assertThat(cycle.learningRate().at(step))
          .as("rate %d", step)
          .isCloseTo(rates[step], within(1e-15));
      assertThat(cycle.momentum().at(step))
          .as("momentum %d", step)
          .isCloseTo(momenta[step], within(1e-15));
    }
  }

  @Test
  void theSourcesCyclePeaksAfter4018Of9310Steps() {
    OneCycle cycle = OneCycle.of(9310, 0.8);
    assertThat(cycle.peakStep()).isEqualTo(4018);
    assertThat(cycle.learningRate().at(0)).isEqualTo(0.08);
    assertThat(cycle.learningRate().at(4018)).isEqualTo(0.8);
    assertThat(cycle.learningRate().at(8036)).isEqualTo(0.08);
    assertThat(cycle.learningRate().at(9309)).isEqualTo(0.08 / 100);
    assertThat(cycle.phases())
        .containsExactly(
            new Phase("warm-up", 0, 4018),
            new Phase("cool-down", 4019, 8036),
            new Phase("annihilation", 8037, 9309));
  }

  /** By hand: p = floor((T − 1) / 2) steps up from 0.1 to 0.7, and T − 1 − p steps down. */
  private static final double[][] TRIANGLES = {
    {0.1, 0.7, 0.1},
    {0.1, 0.7, 0.4, 0.1},
    {0.1, 0.4, 0.7, 0.4, 0.1},
    {0.1, 0.4, 0.7, 0.5, 0.3, 0.1},
    {0.1, 0.3, 0.5, 0.7, 0.5, 0.3, 0.1},
    {0.1, 0.3, 0.5, 0.7, 0.55, 0.4, 0.25, 0.1},
    {0.1, 0.25, 0.4, 0.55, 0.7, 0.55, 0.4, 0.25, 0.1},
    {0.1, 0.25, 0.4, 0.55, 0.7, 0.58, 0.46, 0.34, 0.22, 0.1},
    {0.1, 0.22, 0.34, 0.46, 0.58, 0.7, 0.58, 0.46, 0.34, 0.22, 0.1},
    {0.1, 0.22, 0.34, 0.46, 0.58, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1},
    {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1},
  };

  @Test
  void withoutAnnihilationItRisesOnceAndIsLowAgainAtTheLastStep() {
    for (double[] rates : TRIANGLES) {
      int steps = rates.length;
      OneCycle cycle = OneCycle.of(steps, 0.7, 0).withDividers(7, 100).withMomentum(0.9, 0.3);
      for (int step = 0; step < steps; step++) {
        assertThat(cycle.learningRate().at(step))
            .as("rate %d of %d", step, steps)
            .isCloseTo(rates[step], within(1e-15));
        assertThat(cycle.momentum().at(step))
            .as("momentum %d of %d", step, steps)
            .isCloseTo(1 - rates[step], within(1e-15));
      }
    }
  }

  /** Peak, slope down and end for T from 14 to 20, where a table of all steps tells no more. */
  @Test
  void longerTrianglesHaveTheirPeakInTheMiddleOrAStepBefore() {
    long[] peaks = {6, 7, 7, 8, 8, 9, 9};
    long[] down = {7, 7, 8, 8, 9, 9, 10};
    for (int i = 0; i < peaks.length; i++) {
      long steps = 14 + i;
      OneCycle cycle = OneCycle.of(steps, 0.7, 0).withDividers(7, 100);
      assertThat(cycle.peakStep()).as("T %d", steps).isEqualTo(peaks[i]);
      Schedule rate = cycle.learningRate();
      assertThat(rate.at(0)).isEqualTo(0.7 / 7);
      assertThat(rate.at(1)).isCloseTo(0.1 + 0.6 / peaks[i], within(1e-15));
      assertThat(rate.at(peaks[i])).isEqualTo(0.7);
      assertThat(rate.at(steps - 2)).isCloseTo(0.1 + 0.6 / down[i], within(1e-15));
      assertThat(rate.at(steps - 1)).isEqualTo(0.7 / 7);
      assertThat(rate.at(steps + 3)).isEqualTo(0.7 / 7);
    }
  }

  @Test
  void aTriangleNamesStepsThatExistAndHasNoThirdPart() {
    OneCycle cycle = OneCycle.of(10, 0.7, 0);
    assertThat(cycle.describe())
        .isEqualTo(
            "1cycle over 10 steps: learning rate 0.07 → 0.7 at step 4 → 0.07 at step 9;"
                + " momentum 0.95 → 0.85 → 0.95");
    assertThat(cycle.phases())
        .containsExactly(new Phase("warm-up", 0, 4), new Phase("cool-down", 5, 9));
  }

  @Test
  void aTriangleNeedsThreeSteps() {
    for (long steps = 1; steps <= 2; steps++) {
      long few = steps;
      refused(
          () -> OneCycle.of(few, 0.7, 0),
          "steps must be at least 3 to start low, reach the peak and end low but was " + few);
    }
  }

  @Test
  void anyValidCycleKeepsThePolicysPromises() {
    Property.holds(
        500,
        random -> {
          OneCycle cycle = randomCycle(random);
          long steps = cycle.steps();
          Schedule rate = cycle.learningRate();
          double largestMove = (cycle.peak() - cycle.low()) / cycle.peakStep();
          double largestFall =
              Math.max(
                  largestMove, (cycle.low() - cycle.end()) / (steps - 1 - 2 * cycle.peakStep()));
          int peaks = 0;
          for (long step = 0; step < steps; step++) {
            double here = rate.at(step);
            peaks += here == cycle.peak() ? 1 : 0;
            assertThat(here).isBetween(cycle.end(), cycle.peak());
            double move = rate.at(step + 1) - here;
            assertThat(move).isBetween(-largestFall * (1 + 1e-9), largestMove * (1 + 1e-9));
          }
          assertThat(peaks).as("steps at the peak").isEqualTo(1);
          assertThat(rate.at(0)).isEqualTo(cycle.low());
          assertThat(rate.at(cycle.peakStep())).isEqualTo(cycle.peak());
          assertThat(rate.at(steps - 1)).isEqualTo(cycle.low() / cycle.finalDivider());
          for (long after : new long[] {0, 1, 7, steps, Long.MAX_VALUE - steps}) {
            assertThat(rate.at(steps + after)).isEqualTo(cycle.end());
            assertThat(cycle.momentum().at(steps + after)).isEqualTo(cycle.momentumHigh());
          }
        });
  }

  @Test
  void momentumMirrorsTheRate() {
    Property.holds(
        500,
        random -> {
          OneCycle cycle = randomCycle(random);
          for (long step = 0; step < cycle.steps(); step++) {
            double rise =
                (cycle.learningRate().at(step) - cycle.low()) / (cycle.peak() - cycle.low());
            double fall =
                (cycle.momentumHigh() - cycle.momentum().at(step))
                    / (cycle.momentumHigh() - cycle.momentumLow());
            assertThat(fall).isCloseTo(Math.max(0, rise), within(1e-9));
          }
        });
  }

  @Test
  void phasesCoverEveryStepOnce() {
    Property.holds(
        300,
        random -> {
          OneCycle cycle = randomCycle(random);
          for (Policy policy :
              List.of(
                  cycle,
                  cycle.withAnnihilation(0),
                  PolicyChoice.of(PolicyChoice.Kind.FASTAI2).over(cycle.steps(), 1),
                  CompatibilityPolicies.seed(cycle.steps(), 1, 10, 10, 0.95, 0.85),
                  BaselinePolicies.constant(cycle.steps(), 1, 0.9),
                  BaselinePolicies.stepDecay(cycle.steps(), 1, 0.9, List.of(0.5, 0.75), 0.1),
                  BaselinePolicies.cosine(cycle.steps(), 1, 0.9, 0.1),
                  BaselinePolicies.triangular(cycle.steps(), 0.1, 1, 7, 0.9))) {
            long next = 0;
            for (Phase phase : policy.phases()) {
              assertThat(phase.firstStep()).as(policy.name()).isEqualTo(next);
              assertThat(phase.lastStep()).as(policy.name()).isGreaterThanOrEqualTo(next);
              next = phase.lastStep() + 1;
            }
            assertThat(next).as(policy.name()).isEqualTo(policy.steps());
          }
        });
  }

  @Test
  void everyBadSettingIsNamedWithItsConstraintAndValue() {
    OneCycle good = OneCycle.of(100, 1);
    refused(() -> OneCycle.of(0, 1), "steps must be at least 1 but was 0");
    refused(() -> OneCycle.of(-5, 1), "steps must be at least 1 but was -5");
    refused(() -> OneCycle.of(3, 1), "steps must be enough to rise, fall and annihilate");
    refused(() -> OneCycle.of(100, 0), "peak learning rate must be positive and finite but was 0");
    refused(
        () -> OneCycle.of(100, -0.1),
        "peak learning rate must be positive and finite but was -0.1");
    refused(
        () -> OneCycle.of(100, Double.NaN),
        "peak learning rate must be positive and finite but was NaN");
    refused(() -> OneCycle.of(100, Double.POSITIVE_INFINITY), "but was Infinity");
    refused(() -> good.withDividers(0.5, 100), "divider must be at least 1 but was 0.5");
    refused(() -> good.withDividers(Double.NaN, 100), "divider must be at least 1 but was NaN");
    refused(() -> good.withDividers(10, 0), "final divider must be at least 1 but was 0");
    refused(() -> good.withAnnihilation(1), "annihilation must be in [0, 1) but was 1");
    refused(() -> good.withAnnihilation(-0.1), "annihilation must be in [0, 1) but was -0.1");
    refused(() -> good.withAnnihilation(Double.NaN), "annihilation must be in [0, 1) but was NaN");
    refused(() -> good.withMomentum(1, 0.85), "momentum must be in [0, 1) but was 1");
    refused(() -> good.withMomentum(0.95, -0.5), "momentum must be in [0, 1) but was -0.5");
    refused(() -> good.withMomentum(0.85, 0.95), "did you mean 0.95:0.85?");
  }

  @Test
  void describesItselfAlikeInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr-TR"));
      assertThat(OneCycle.of(9310, 0.8).describe())
          .isEqualTo(
              "1cycle over 9310 steps: learning rate 0.08 → 0.8 at step 4018 → 0.08 at step 8036"
                  + " → 0.0008; momentum 0.95 → 0.85 → 0.95");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aVeryShortCycleHasNoAnnihilation() {
    assertThat(OneCycle.of(3, 0.1, 0).peakStep()).isEqualTo(1);
    refused(() -> OneCycle.of(3, 0.1), "steps must be enough");
  }

  @Test
  void cyclesOfTheSameSettingsAreEqual() {
    OneCycle cycle = OneCycle.of(100, 0.5).withSteps(200).withPeak(0.25);
    assertThat(cycle)
        .isEqualTo(OneCycle.of(200, 0.25))
        .hasSameHashCodeAs(OneCycle.of(200, 0.25))
        .isNotEqualTo(cycle.withDividers(10, 99))
        .hasToString(cycle.describe());
  }

  private static void refused(Runnable build, String message) {
    assertThatThrownBy(build::run)
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message);
  }

  private static OneCycle randomCycle(SplittableRandom random) {
    List<OneCycle> valid = new ArrayList<>();
    while (valid.isEmpty()) {
      double share = 0.01 + 0.9 * random.nextDouble();
      long steps = random.nextLong(8, 408);
      long peakStep = (long) Math.floor(steps * (1 - share) / 2);
      if (peakStep >= 1 && 2 * peakStep < steps - 1) {
        valid.add(
            OneCycle.of(steps, logUniform(random, 1e-6, 100), share)
                .withDividers(logUniform(random, 1.5, 100), logUniform(random, 1, 1e5))
                .withMomentum(0.9 + 0.09 * random.nextDouble(), 0.8 * random.nextDouble()));
      }
    }
    return valid.get(0);
  }
}
