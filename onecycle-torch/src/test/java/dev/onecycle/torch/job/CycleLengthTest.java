package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
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

  /** 12 images in batches of 8 are 2 steps; a cycle has 4 at least. */
  @Test
  void tooFewEpochsForTheCycleAreRefusedWithTheFewest() {
    TrainingConfig asked =
        TrainingConfig.of("photos")
            .with(TrainingConfig.BATCH_SIZE, 8)
            .with(TrainingConfig.EPOCHS, 1);
    assertThatThrownBy(() -> CycleLength.requireEnough(asked, 12, "image"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "epochs must be at least 2, since an epoch of 12 images in batches of 8 has 2 steps and"
                + " the cycle needs at least 4, but was 1");
    CycleLength.requireEnough(asked.with(TrainingConfig.EPOCHS, 2), 12, "image");
  }
}
