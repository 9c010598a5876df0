package dev.onecycle.torch.train;

import static dev.onecycle.torch.train.SmallTraining.PLAN;
import static dev.onecycle.torch.train.SmallTraining.TEST;
import static dev.onecycle.torch.train.SmallTraining.TRAIN;
import static dev.onecycle.torch.train.SmallTraining.keeping;
import static dev.onecycle.torch.train.SmallTraining.learner;
import static dev.onecycle.torch.train.SmallTraining.policy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Runs of three epochs of seven steps that are not evaluated after each. */
class EvaluationsTest {
  /** With statistics of batch norms estimated anew, which show how often that was done. */
  @Test
  void evaluatedEveryFewEpochsARunTrainsTheSame() {
    List<List<StepRecord>> steps = new ArrayList<>();
    List<List<EpochRecord>> epochs = new ArrayList<>();
    List<List<NamedTensor>> weights = new ArrayList<>();
    for (int every : new int[] {1, 2, 9}) {
      List<StepRecord> taken = new ArrayList<>();
      TrainingPlan plan =
          PLAN.withAugmentation(Augmentation.none())
              .withReestimatedBatches(4)
              .withEvaluateEvery(every);
      try (Learner learner = learner(0.2)) {
        epochs.add(Training.run(learner, policy(), plan, TRAIN, TEST, keeping(taken), () -> false));
        steps.add(taken);
        weights.add(learner.weights());
      }
    }
    for (int i = 1; i < 3; i++) {
      assertThat(steps.get(i)).isEqualTo(steps.get(0));
      assertSame(weights.get(i), weights.get(0));
      for (int epoch = 0; epoch < 3; epoch++) {
        EpochRecord here = epochs.get(i).get(epoch);
        EpochRecord there = epochs.get(0).get(epoch);
        assertThat(here.trainLoss()).isEqualTo(there.trainLoss());
        boolean evaluated = epoch == 2 || (i == 1 && epoch == 1);
        assertThat(here.evaluated().map(Evaluated::loss))
            .isEqualTo(evaluated ? there.evaluated().map(Evaluated::loss) : Optional.empty());
      }
    }
  }

  /** A listener hears of no evaluation where there is none. */
  @Test
  void epochsWithoutEvaluationAreReportedToo() {
    List<String> told = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void evaluating(int epoch, int done, int total) {
            told.add("evaluating " + epoch);
          }

          @Override
          public void classified(int epoch, Classification classification) {
            told.add("classified " + epoch);
          }

          @Override
          public void epoch(EpochRecord epoch) {
            told.add("epoch " + epoch.epoch());
          }

          @Override
          public void reached(TrainingPosition position) {
            if (position.images() == 0) {
              told.add("completed " + position.epochs().size());
            }
          }
        };
    try (Learner learner = learner(0)) {
      Training.run(
          learner, policy(), PLAN.withEvaluateEvery(2), TRAIN, TEST, listener, () -> false);
    }
    assertThat(told)
        .containsExactly(
            "epoch 0",
            "completed 1",
            "evaluating 1",
            "classified 1",
            "epoch 1",
            "completed 2",
            "evaluating 2",
            "classified 2",
            "epoch 2",
            "completed 3");
  }

  /** As in a program that extends a finished run. */
  @Test
  void evaluationsOfAFinishedRunStayInItsExtension() {
    TrainingPlan plan = PLAN.withEvaluateEvery(3);
    TrainingPlan two = plan.withSteps(14, TRAIN.size());
    try (Learner learner = learner(0)) {
      OneCycle first = OneCycle.of(14, 0.1);
      TrainingPosition at =
          Training.resume(
              learner,
              first,
              two,
              TRAIN,
              TEST,
              TrainingPosition.START,
              keeping(new ArrayList<>()),
              () -> false);
      List<EpochRecord> epochs =
          Training.resume(
                  learner,
                  OneCycle.of(28, 0.1),
                  plan.withSteps(28, TRAIN.size()),
                  TRAIN,
                  TEST,
                  at,
                  keeping(new ArrayList<>()),
                  () -> false)
              .epochs();
      assertThat(epochs.subList(0, 2)).isEqualTo(at.epochs());
      assertThat(epochs)
          .extracting(e -> e.evaluated().isPresent())
          .containsExactly(false, true, true, true);
    }
  }

  private static void assertSame(List<NamedTensor> a, List<NamedTensor> b) {
    assertThat(a).hasSameSizeAs(b);
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i).values()).as(a.get(i).name()).isEqualTo(b.get(i).values());
    }
  }
}
