package dev.onecycle.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import java.util.List;
import org.junit.jupiter.api.Test;

class BaselinePoliciesTest {
  @Test
  void stepDecayDropsAtItsMilestones() {
    Schedule rate =
        BaselinePolicies.stepDecay(100, 0.1, 0.9, List.of(0.5, 0.75), 0.1).learningRate();
    assertThat(rate.at(0)).isEqualTo(0.1);
    assertThat(rate.at(49)).isEqualTo(0.1);
    assertThat(rate.at(50)).isCloseTo(0.01, within(1e-15));
    assertThat(rate.at(75)).isCloseTo(0.001, within(1e-15));
    assertThat(rate.at(1000)).isCloseTo(0.001, within(1e-15));
  }

  /** 0.29 · 100 and 0.35 · 180 are below 29 and 63 as products of doubles. */
  @Test
  void sharesMeanWholeSteps() {
    Schedule drops = BaselinePolicies.stepDecay(100, 0.1, 0.9, List.of(0.29), 0.1).learningRate();
    assertThat(drops.at(28)).isEqualTo(0.1);
    assertThat(drops.at(29)).isCloseTo(0.01, within(1e-15));
    Schedule warmUp = BaselinePolicies.cosine(180, 1, 0.9, 0.35).learningRate();
    assertThat(warmUp.at(63)).isEqualTo(1);
    assertThat(warmUp.at(62)).isCloseTo(63.0 / 64, within(1e-15));
  }

  /** Each step belongs to one phase, also where the warm-up leaves none to fall. */
  @Test
  void phasesOfACosineCoverItsStepsOnce() {
    for (double warmUp : new double[] {0, 0.3, 0.95}) {
      for (long steps : new long[] {1, 2, 20}) {
        long next = 0;
        for (Phase phase : BaselinePolicies.cosine(steps, 1, 0.9, warmUp).phases()) {
          assertThat(phase.firstStep()).isEqualTo(next);
          assertThat(phase.lastStep()).isGreaterThanOrEqualTo(next);
          next = phase.lastStep() + 1;
        }
        assertThat(next).isEqualTo(steps);
      }
    }
  }

  @Test
  void cosineWarmsUpThenFallsToNothing() {
    Schedule rate = BaselinePolicies.cosine(10, 1.0, 0.9, 0.3).learningRate();
    double[] expected = {
      0.25,
      0.5,
      0.75,
      1.0,
      0.9504844339512095,
      0.8117449009293668,
      0.6112604669781572,
      0.3887395330218428,
      0.18825509907063326,
      0.04951556604879043,
      0,
      0
    };
    for (int step = 0; step < expected.length; step++) {
      assertThat(rate.at(step)).as("step %d", step).isCloseTo(expected[step], within(1e-12));
    }
  }

  @Test
  void triangularRisesAndFallsAgainAndAgain() {
    Policy policy = BaselinePolicies.triangular(12, 0.1, 0.5, 4, 0.9);
    double[] expected = {0.1, 0.2, 0.3, 0.4, 0.5, 0.4, 0.3, 0.2, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4};
    for (int step = 0; step < expected.length; step++) {
      assertThat(policy.learningRate().at(step))
          .as("step %d", step)
          .isCloseTo(expected[step], within(1e-12));
    }
  }

  @Test
  void constantStays() {
    Policy policy = BaselinePolicies.constant(10, 0.35, 0.9);
    assertThat(policy.learningRate().at(0)).isEqualTo(0.35);
    assertThat(policy.learningRate().at(1_000_000)).isEqualTo(0.35);
    assertThat(policy.momentum().at(5)).isEqualTo(0.9);
  }

  @Test
  void badSettingsAreNamed() {
    refused(
        () -> BaselinePolicies.stepDecay(100, 0.1, 0.9, List.of(0.75, 0.5), 0.1),
        "milestones must be rising");
    refused(
        () -> BaselinePolicies.stepDecay(100, 0.1, 0.9, List.of(0.5), 2),
        "factor must be in (0, 1) but was 2");
    refused(
        () -> BaselinePolicies.triangular(10, 2, 1, 3, 0.9),
        "base learning rate must be at most the peak 1 but was 2");
    refused(() -> BaselinePolicies.constant(10, 0.1, 1), "momentum must be in [0, 1) but was 1");
    refused(
        () -> CompatibilityPolicies.seed(100, 0.1, 10, 100, 0.95, 0.85),
        "annihilation percent must be in [0, 100)");
  }

  private static void refused(Runnable build, String message) {
    assertThatThrownBy(build::run)
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message);
  }
}
