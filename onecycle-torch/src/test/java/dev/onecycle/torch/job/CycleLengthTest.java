package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.TrainingPlan;
import org.junit.jupiter.api.Test;

class CycleLengthTest {
  /** 10 steps an epoch of 0.5 s each, and evaluations of 1 s; 18.2 s, a twentieth kept back. */
  @Test
  void evaluationsAreCountedAsOftenAsTheyAreMade() {
    StepCost cost = new StepCost(0.5, 0.01);
    TrainingPlan plan = TrainingPlan.of(1, 10);
    double left = 18.2 / 0.95;
    // Three epochs of 5 + 1 s.
    assertThat(CycleLength.steps(left, cost, plan, 10, 1)).isEqualTo(30);
    // Three epochs of 5 s and an evaluation, then 1 s of steps and another.
    assertThat(CycleLength.steps(left, cost, plan.withEvaluateEvery(3), 10, 1)).isEqualTo(32);
    // Steps for 17.2 s and an evaluation at the end.
    assertThat(CycleLength.steps(left, cost, plan.withEvaluateEvery(1000), 10, 1)).isEqualTo(34);
  }
}
