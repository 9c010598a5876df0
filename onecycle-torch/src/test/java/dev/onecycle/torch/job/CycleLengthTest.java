package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.TrainingPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CycleLengthTest {
  @TempDir Path temp;

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

  /**
   * 100 images in batches of 10, and a time for 57 steps of a second: a short run estimates its
   * batch norms from 10 batches before each evaluation, so an epoch takes 20 s and not 10.
   */
  @Test
  void batchNormEstimatesOfAShortRunAreCounted() throws IOException {
    TrainingConfig config =
        TrainingConfig.of(TestData.colours(temp.resolve("colours"), 33, 10, 8, 8).toString())
            .with(TrainingConfig.MODEL, "resnet20")
            .with(TrainingConfig.BATCH_SIZE, 10)
            .with(TrainingConfig.THREADS, 1)
            .with(TrainingConfig.MINUTES, 1.0);
    try (Experiment experiment = Experiment.open(config, JobListener.NONE)) {
      TimeLimit minute =
          new TimeLimit(1, System.nanoTime(), new StepCost(1, 0), 0, experiment.learner().ranks());
      TrainingPlan plan = CycleLength.of(experiment, Optional.of(minute), JobListener.NONE);
      // Two whole epochs with their estimates; of the third the estimate leaves a few steps.
      assertThat(plan.steps(experiment.train().size())).isBetween(20L, 30L);
    }
  }
}
