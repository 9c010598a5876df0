package dev.onecycle.torch.train;

import static dev.onecycle.torch.train.SmallTraining.PLAN;
import static dev.onecycle.torch.train.SmallTraining.TEST;
import static dev.onecycle.torch.train.SmallTraining.TRAIN;
import static dev.onecycle.torch.train.SmallTraining.learner;
import static dev.onecycle.torch.train.SmallTraining.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StopReason;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TrainingTest {
  /** Keeps every event. */
  private static final class Kept implements TrainingListener {
    final List<StepRecord> steps = new ArrayList<>();
    final List<EpochRecord> epochs = new ArrayList<>();
    int evaluated;

    @Override
    public void step(StepRecord step) {
      steps.add(step);
    }

    @Override
    public void evaluating(int epoch, int done, int total) {
      evaluated = done;
      assertThat(total).isEqualTo(TEST.size());
    }

    @Override
    public void epoch(EpochRecord epoch) {
      epochs.add(epoch);
    }
  }

  @Test
  void everyStepHasThePolicysRateAndMomentumAsTheOptimizerHeldThem() {
    Kept kept = new Kept();
    try (Learner learner = learner(0)) {
      List<EpochRecord> epochs =
          Training.run(learner, policy(), PLAN, TRAIN, TEST, kept, () -> false);
      assertThat(epochs).isEqualTo(kept.epochs).hasSize(3);
    }
    assertThat(kept.steps).hasSize(3 * 7);
    for (int i = 0; i < kept.steps.size(); i++) {
      StepRecord step = kept.steps.get(i);
      assertThat(step.step()).isEqualTo(i);
      assertThat(step.epoch()).isEqualTo(i / 7);
      assertThat(step.learningRate()).isEqualTo(policy().learningRate().at(i));
      assertThat(step.momentum()).isEqualTo(policy().momentum().at(i));
    }
    EpochRecord last = kept.epochs.get(2);
    assertThat(last.evaluated().orElseThrow().accuracy()).isGreaterThan(0.9);
    assertThat(last.steps()).isEqualTo(21);
    assertThat(kept.evaluated).isEqualTo(TEST.size());
    double mean = 0;
    for (StepRecord step : kept.steps.subList(14, 21)) {
      mean += step.loss() * (step.step() == 20 ? 200 - 6 * 32 : 32);
    }
    assertThat(last.trainLoss()).isEqualTo(mean / 200);
  }

  @Test
  void equalRunsAreEqualToTheBit() {
    List<List<StepRecord>> steps = new ArrayList<>();
    List<List<NamedTensor>> weights = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      Kept kept = new Kept();
      try (Learner learner = learner(0.2)) {
        Training.run(learner, policy(), PLAN, TRAIN, TEST, kept, () -> false);
        steps.add(kept.steps);
        weights.add(learner.weights());
      }
    }
    assertThat(steps.get(0)).isEqualTo(steps.get(1));
    assertSame(weights.get(0), weights.get(1));
  }

  @Test
  void stopsAfterTheStepInWhichItIsAskedTo() {
    Kept kept = new Kept();
    try (Learner learner = learner(0)) {
      List<EpochRecord> epochs =
          Training.run(learner, policy(), PLAN, TRAIN, TEST, kept, () -> kept.steps.size() == 9);
      assertThat(epochs).hasSize(1);
      assertThat(kept.steps).hasSize(9);
    }
  }

  @Test
  void divergenceStopsWithinTheStepAndLeavesFiniteWeights() {
    Kept kept = new Kept();
    OneCycle wild = OneCycle.of(PLAN.steps(TRAIN.size()), 1e30);
    try (Learner learner = learner(0)) {
      assertThatThrownBy(() -> Training.run(learner, wild, PLAN, TRAIN, TEST, kept, () -> false))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("must be finite but was")
          .hasMessageContaining("lower the peak learning rate");
      for (StepRecord step : kept.steps) {
        assertThat(step.loss()).isFinite();
      }
    }
  }

  @Test
  void aPolicyOfAnotherLengthIsRefused() {
    try (Learner learner = learner(0)) {
      assertThatThrownBy(
              () ->
                  Training.run(
                      learner, OneCycle.of(20, 0.1), PLAN, TRAIN, TEST, new Kept(), () -> false))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("policy steps must be the plan's 21 but was 20");
    }
  }

  @Test
  void stepsThatEndBeforeTheEpochsEndTheTraining() {
    Kept kept = new Kept();
    // Seven steps an epoch: the second ends after its second step.
    TrainingPlan plan = PLAN.withEvaluateEvery(4).withSteps(9, 60);
    try (Learner learner = learner(0)) {
      Training.run(learner, OneCycle.of(9, 0.1), plan, TRAIN, TEST, kept, () -> false);
    }
    assertThat(kept.steps).hasSize(9);
    assertThat(kept.epochs).hasSize(2);
    assertThat(kept.epochs.get(1).trainLoss()).isFinite();
    assertThat(kept.epochs.get(1).evaluated()).isPresent();
  }

  @Test
  void reestimatedStatisticsDoNotTouchTheTraining() {
    List<List<StepRecord>> steps = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    for (int batches : new int[] {0, 4}) {
      Kept kept = new Kept();
      TrainingPlan plan =
          PLAN.withAugmentation(Augmentation.none()).withReestimatedBatches(batches);
      try (Learner learner = learner(0)) {
        Training.run(learner, policy(), plan, TRAIN, TEST, kept, () -> false);
        steps.add(kept.steps);
        losses.add(kept.epochs.get(0).evaluated().orElseThrow().loss());
      }
    }
    assertThat(steps.get(0)).isEqualTo(steps.get(1));
    assertThat(losses.get(0)).isNotEqualTo(losses.get(1));
  }

  @Test
  void theRangeTestLeavesNoTrace() {
    assertNoTrace(point -> {}, StopReason.DIVERGED);
  }

  @Test
  void anInterruptedRangeTestLeavesNoTrace() {
    assertNoTrace(
        point -> {
          if (point.step() == 20) {
            Thread.currentThread().interrupt();
          }
        },
        StopReason.INTERRUPTED);
  }

  private static void assertNoTrace(Consumer<RangePoint> listener, StopReason expected) {
    try (Learner tested = learner(0.2);
        Learner untouched = learner(0.2)) {
      step(tested, untouched);
      RangeResult result = find(tested, listener);
      Thread.interrupted();
      assertThat(result.stop().reason()).isEqualTo(expected);
      assertSame(tested.weights(), untouched.weights());
      assertThat(tested.state().optimizer().get(0).values())
          .isEqualTo(untouched.state().optimizer().get(0).values());
      Training.run(tested, policy(), PLAN, TRAIN, TEST, new Kept(), () -> false);
      Training.run(untouched, policy(), PLAN, TRAIN, TEST, new Kept(), () -> false);
      assertSame(tested.weights(), untouched.weights());
    }
  }

  @Test
  void aRangeTestThatThrowsLeavesNoTrace() {
    try (Learner tested = learner(0.2);
        Learner untouched = learner(0.2)) {
      step(tested, untouched);
      assertThatThrownBy(
              () ->
                  find(
                      tested,
                      point -> {
                        if (point.step() == 30) {
                          throw new IllegalStateException("from the listener");
                        }
                      }))
          .hasMessage("from the listener");
      assertSame(tested.weights(), untouched.weights());
      assertThat(tested.state().optimizer().get(0).values())
          .isEqualTo(untouched.state().optimizer().get(0).values());
    }
  }

  @Test
  void theRangeTestGoesThroughSmallDataAgain() {
    try (Learner learner = learner(0)) {
      RangeResult result = find(learner, point -> {});
      assertThat(result.points().size()).isGreaterThan(TRAIN.size() / 32 + 1);
      RangeResult again = find(learner, point -> {});
      assertThat(again).isEqualTo(result);
    }
  }

  private static RangeResult find(Learner learner, Consumer<RangePoint> listener) {
    Setup setup =
        new Setup(learner.network(), 32, 0.85, PLAN.augmentation(), LearnerSettings.defaults());
    return LearningRateFinder.of(setup, TRAIN)
        .run(learner, RangeTest.atMomentum(0.85).withSteps(60).withEnd(1e4), 5, listener);
  }

  private static void step(Learner... learners) {
    for (Learner learner : learners) {
      learner.step(ArrayBatch.coloured(9, 32, 3, TRAIN.shape()), 0.05, 0.9);
    }
  }

  private static void assertSame(List<NamedTensor> a, List<NamedTensor> b) {
    assertThat(a).hasSameSizeAs(b);
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i).values()).as(a.get(i).name()).isEqualTo(b.get(i).values());
    }
  }
}
