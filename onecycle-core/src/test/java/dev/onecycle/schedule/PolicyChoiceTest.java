package dev.onecycle.schedule;

import static dev.onecycle.testing.Property.logUniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.schedule.PolicyChoice.Kind;
import dev.onecycle.schedule.PolicyChoice.Parameter;
import dev.onecycle.testing.Property;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PolicyChoiceTest {
  @Test
  void aPolicyRefusesAParameterThatItDoesNotHaveByItsName() {
    int refused = 0;
    for (Kind kind : Kind.values()) {
      PolicyChoice choice = PolicyChoice.of(kind);
      for (Parameter parameter : Parameter.values()) {
        if (kind.standard(parameter).isPresent()) {
          assertThat(choice.with(parameter, kind.standard(parameter).getAsDouble()).over(100, 1))
              .isNotNull();
          continue;
        }
        refused++;
        assertThatThrownBy(() -> choice.with(parameter, 0.5))
            .isInstanceOf(InvalidValueException.class)
            .hasMessage(
                "%s must be left out with the policy %s, which has none, but was 0.5",
                parameter, kind);
      }
    }
    assertThat(refused).isEqualTo(4 * 9 - 3 - 2 - 3 - 3 - 3 - 1 - 1);
    refused(
        () -> PolicyChoice.of(Kind.FASTAI2).withAnneal(Anneal.LINEAR),
        "anneal must be left out with the policy fastai2, which has none, but was linear");
    refused(
        () -> PolicyChoice.of(Kind.COSINE).withMomentum(MomentumRange.cycled(0.95, 0.85)),
        "momentum must be one value with the policy cosine, which does not cycle it, but was"
            + " 0.95:0.85");
    refused(
        () -> PolicyChoice.of(Kind.SEED).withMomentum(MomentumRange.cycled(0.95, 0.85, 0.9)),
        "momentum must be one or two values with the policy seed, which ends at the first, but was"
            + " 0.95:0.85:0.9");
  }

  @Test
  void aValueOutOfRangeIsRefusedAtOnce() {
    refused(
        () -> PolicyChoice.of(Kind.PYTORCH).withWarmupShare(1.01),
        "warmup share must be in [0, 1] but was 1.01");
    refused(
        () -> PolicyChoice.oneCycle().withDivider(0.5), "divider must be at least 1 but was 0.5");
    refused(
        () -> PolicyChoice.of(Kind.FASTAI2).withFinalDivider(0),
        "final divider must be positive and finite but was 0");
    refused(
        () -> PolicyChoice.of(Kind.SEED).withAnnihilation(1),
        "annihilation percent must be in [0, 100) but was 100");
  }

  /** The notebook's {@code use_clr_beta=(20, 10, 0.9, 0.8)} over 40 steps: p = 18. */
  @Test
  void theNotebooksParametersAreItsOwn() {
    Policy policy =
        PolicyChoice.of(Kind.SEED)
            .withDivider(20)
            .withAnnihilation(0.1)
            .withMomentum(MomentumRange.cycled(0.9, 0.8))
            .over(40, 2);
    Schedule rate = policy.learningRate();
    assertThat(rate.at(0)).isEqualTo(0.1);
    assertThat(rate.at(9)).isCloseTo(1.05, within(1e-15));
    assertThat(rate.at(18)).isEqualTo(2);
    assertThat(rate.at(36)).isEqualTo(0.1);
    assertThat(rate.at(38)).isCloseTo(0.0505, within(1e-15));
    assertThat(policy.momentum().at(0)).isEqualTo(0.9);
    assertThat(policy.momentum().at(18)).isEqualTo(0.8);
    assertThat(policy.momentum().at(39)).isEqualTo(0.9);
    assertThat(policy.describe()).contains("use_clr_beta=(20, 10, 0.9, 0.8)", "peak 2");
  }

  @Test
  void aShareGivesTheSameNotebookAsItsPercentage() {
    Schedule share =
        PolicyChoice.of(Kind.SEED).withAnnihilation(0.1368).over(9310, 0.8).learningRate();
    Schedule percent = CompatibilityPolicies.seed(9310, 0.8, 10, 13.68, 0.95, 0.85).learningRate();
    for (int step = 0; step < 9310; step++) {
      assertThat(share.at(step)).isEqualTo(percent.at(step));
    }
  }

  /** fastai takes {@code int(125 * (1 - 7.2 / 100) / 2)}, and 100 · 0.072 is below 7.2. */
  @Test
  void theNotebooksPeakIsTheStepOfItsPercentage() {
    Schedule rate = PolicyChoice.of(Kind.SEED).withAnnihilation(0.072).over(125, 1).learningRate();
    Schedule percent = CompatibilityPolicies.seed(125, 1, 10, 7.2, 0.95, 0.85).learningRate();
    for (int step = 0; step < 125; step++) {
      assertThat(rate.at(step)).isEqualTo(percent.at(step));
    }
    assertThat(rate.at(57)).isEqualTo(1);
  }

  /** {@code fit_one_cycle(lr_max=1, div=5, div_final=1e3, pct_start=0.4, moms=(.9, .5, .7))}. */
  @Test
  void fastaisParametersAreItsOwn() {
    Policy policy =
        PolicyChoice.of(Kind.FASTAI2)
            .withDivider(5)
            .withFinalDivider(1e3)
            .withWarmupShare(0.4)
            .withMomentum(MomentumRange.cycled(0.9, 0.5, 0.7))
            .over(20, 1);
    double[] halves = {0.2, 0.6, 1, (1 + 1e-3) / 2, 1e-3};
    double[] momenta = {0.9, 0.7, 0.5, 0.6, 0.7};
    long[] steps = {0, 4, 8, 14, 20};
    for (int i = 0; i < steps.length; i++) {
      assertThat(policy.learningRate().at(steps[i])).isCloseTo(halves[i], within(1e-15));
      assertThat(policy.momentum().at(steps[i])).isCloseTo(momenta[i], within(1e-15));
    }
    for (int step = 0; step < 20; step++) {
      assertThat(policy.learningRate().at(step))
          .as("step %d", step)
          .isCloseTo(combinedCos(0.4, 0.2, 1, 1e-3, step / 20.0), within(1e-14));
    }
    assertThat(policy.describe())
        .isEqualTo(
            "fastai 2's fit_one_cycle over 20 steps, peak 1: pct_start=0.4, div=5, div_final=1000,"
                + " moms=(0.9, 0.5, 0.7)");
  }

  @Test
  void fastaiWithoutWarmUpOrWithNothingElse() {
    PolicyChoice fastai = PolicyChoice.of(Kind.FASTAI2);
    Policy down = fastai.withWarmupShare(0).over(10, 1);
    assertThat(down.learningRate().at(0)).isEqualTo(1);
    assertThat(down.momentum().at(0)).isEqualTo(0.85);
    assertThat(down.phases()).containsExactly(new Phase("cool-down", 0, 9));
    Policy up = fastai.withWarmupShare(1).over(10, 1);
    assertThat(up.learningRate().at(0)).isEqualTo(0.04);
    assertThat(up.learningRate().at(5)).isCloseTo(0.52, within(1e-15));
    assertThat(up.phases()).containsExactly(new Phase("warm-up", 0, 9));
    assertThat(fastai.over(1, 1).learningRate().at(0)).isEqualTo(0.04);
  }

  /** fastai's formula, written out. */
  private static double combinedCos(
      double share, double start, double middle, double end, double position) {
    boolean rising = position < share;
    double from = rising ? start : middle;
    double to = rising ? middle : end;
    double place = rising ? position / share : (position - share) / (1 - share);
    return from + (1 + Math.cos(Math.PI * (1 - place))) * (to - from) / 2;
  }

  @Test
  void pytorchsParametersAreItsOwn() {
    Policy policy =
        PolicyChoice.of(Kind.PYTORCH3)
            .withWarmupShare(0.4316)
            .withAnneal(Anneal.LINEAR)
            .withDivider(10)
            .withFinalDivider(100)
            .withMomentum(MomentumRange.constant(0.9))
            .over(95, 0.8);
    Policy same =
        CompatibilityPolicies.pytorch(95, 0.8, 0.4316, Anneal.LINEAR, true, 10, 100, 0.9, 0.9);
    for (int step = 0; step < 95; step++) {
      assertThat(policy.learningRate().at(step)).isEqualTo(same.learningRate().at(step));
      assertThat(policy.momentum().at(step)).isEqualTo(0.9);
    }
    assertThat(policy.describe())
        .isEqualTo(
            "PyTorch's OneCycleLR over 95 steps, peak 0.8: pct_start=0.4316,"
                + " anneal_strategy=linear, div_factor=10, final_div_factor=100, max_momentum=0.9,"
                + " base_momentum=0.9, three_phase=True");
  }

  @Test
  void theWarmUpOfACosineIsAParameter() {
    Policy policy = PolicyChoice.of(Kind.COSINE).withWarmupShare(0.3).over(10, 1);
    assertThat(policy.learningRate().at(0)).isEqualTo(0.25);
    assertThat(policy.learningRate().at(3)).isEqualTo(1);
  }

  @Test
  void oneMomentumIsConstantInEveryPolicy() {
    for (Kind kind : Kind.values()) {
      PolicyChoice choice = PolicyChoice.of(kind).withMomentum(MomentumRange.constant(0.7));
      assertThat(choice.momentumAtPeak()).isEqualTo(0.7);
      Schedule momentum = choice.over(50, 1).momentum();
      for (int step = 0; step < 60; step++) {
        assertThat(momentum.at(step)).as("%s %d", kind, step).isEqualTo(0.7);
      }
    }
  }

  @Test
  void theRangeTestRunsAtTheMomentumOfThePeak() {
    assertThat(PolicyChoice.of(Kind.FASTAI2).momentumAtPeak()).isEqualTo(0.85);
    assertThat(PolicyChoice.of(Kind.STEP).momentumAtPeak()).isEqualTo(0.9);
    assertThat(
            PolicyChoice.oneCycle().withMomentum(MomentumRange.cycled(0.99, 0.5)).momentumAtPeak())
        .isEqualTo(0.5);
  }

  @Test
  void everyPolicyDescribesItselfWithItsMomentum() {
    for (Kind kind : Kind.values()) {
      PolicyChoice choice = PolicyChoice.of(kind).withMomentum(MomentumRange.constant(0.123));
      assertThat(choice.over(100, 1).describe()).as("%s", kind).contains("0.123");
    }
  }

  @Test
  void choicesOfTheSameValuesAreEqual() {
    PolicyChoice choice = PolicyChoice.of(Kind.PYTORCH).withWarmupShare(0.4).withDivider(5);
    assertThat(choice)
        .isEqualTo(PolicyChoice.of(Kind.PYTORCH).withDivider(5).withWarmupShare(0.4))
        .hasSameHashCodeAs(PolicyChoice.of(Kind.PYTORCH).withDivider(5).withWarmupShare(0.4))
        .isNotEqualTo(choice.withDivider(6))
        .isNotEqualTo(choice.withAnneal(Anneal.LINEAR))
        .hasToString("pytorch, warmup share 0.4, divider 5");
  }

  @Test
  void aScheduleHasNoStepBeforeTheFirstAndIsConstantAfterTheLast() {
    Property.holds(
        30,
        random -> {
          long steps = random.nextLong(8, 400);
          double peak = logUniform(random, 1e-6, 100);
          List<Policy> policies = new ArrayList<>();
          for (Kind kind : Kind.values()) {
            Policy policy = PolicyChoice.of(kind).over(steps, peak);
            policies.add(policy);
            policies.add(amended(policy, random));
          }
          policies.add(OneCycle.of(steps, peak, 0));
          policies.add(BaselinePolicies.triangular(steps, 0, peak, 3, 0.9));
          for (Policy policy : policies) {
            for (Schedule schedule : List.of(policy.learningRate(), policy.momentum())) {
              for (long before : new long[] {-1, -5, -steps, Long.MIN_VALUE}) {
                assertThatThrownBy(() -> schedule.at(before))
                    .as(policy.describe())
                    .isInstanceOf(InvalidValueException.class)
                    .hasMessage("step must be at least 0 but was " + before);
              }
              double end = schedule.at(policy.steps());
              for (long after : new long[] {1, 2, 1000, Long.MAX_VALUE - policy.steps()}) {
                assertThat(schedule.at(policy.steps() + after))
                    .as(policy.describe())
                    .isEqualTo(end);
              }
              for (long step = 0; step < policy.steps(); step++) {
                assertThat(schedule.at(step))
                    .isBetween(0.0, Math.max(1, policy.peak() * (1 + 1e-15)));
              }
            }
          }
        });
  }

  private static Policy amended(Policy policy, SplittableRandom random) {
    long step = random.nextLong(policy.steps());
    return new Amendment(step, 1 / 3.0, random.nextLong(50), "").to(policy);
  }

  private static void refused(Runnable make, String message) {
    assertThatThrownBy(make::run)
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(message);
  }
}
