package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.OnecycleException;
import dev.onecycle.error.RankException;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.TestRanks;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several ranks train as one rank does on the same batches. */
@Timeout(300)
class RanksTest {
  static final ImageShape SHAPE = new ImageShape(3, 16, 12);
  static final List<String> CLASSES = List.of("red", "green", "blue");
  static final ImageDataset TRAIN = ImageSets.coloured(1, 210, CLASSES, SHAPE);
  static final ImageDataset TEST = ImageSets.coloured(2, 90, CLASSES, SHAPE);

  /** 210 images: three batches of 64, and one of 18. */
  private static final TrainingPlan PLAN =
      TrainingPlan.of(2, 64)
          .withAugmentation(Augmentation.standard().withPad(2).withMixing(new Mixing(0.4, 1)))
          .withSeed(5);

  private static final Network RESNET = Models.resnet(8, SHAPE, CLASSES.size(), 0.2);

  /** A network without batch norms, which see the images of one thread alone. */
  private static final Network WITHOUT_NORMS =
      new Network(
          "plain",
          SHAPE,
          CLASSES.size(),
          Layer.sequence(
              new Layer.Conv(3, 16, 3, 2, 1, true),
              new Layer.Relu(),
              new Layer.Conv(16, 32, 3, 2, 1, true),
              new Layer.Relu(),
              new Layer.GlobalAveragePool(),
              new Layer.Linear(32, 3, true)));

  private record Trained(
      List<NamedTensor> weights, List<StepRecord> steps, List<EpochRecord> epochs) {
    float[] all() {
      int count = weights.stream().mapToInt(tensor -> tensor.values().length).sum();
      float[] all = new float[count];
      int at = 0;
      for (NamedTensor tensor : weights) {
        System.arraycopy(tensor.values(), 0, all, at, tensor.values().length);
        at += tensor.values().length;
      }
      return all;
    }
  }

  private static LearnerSettings.Builder settings(int threads) {
    return LearnerSettings.builder().precision(Precision.FP32).threads(threads).seed(3);
  }

  private static Trained train(
      Network network, LearnerSettings settings, TrainingPlan plan, ProcessGroup ranks) {
    List<StepRecord> steps = new ArrayList<>();
    try (Learner learner = Learner.prepare(network, TRAIN, settings)) {
      learner.join(ranks, () -> false);
      List<EpochRecord> epochs =
          Training.run(
              learner,
              OneCycle.of(plan.steps(TRAIN.size()), 0.1),
              plan,
              TRAIN,
              TEST,
              SmallTraining.keeping(steps),
              () -> false);
      learner.requireSameOnRanks();
      return new Trained(learner.weights(), steps, epochs);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void twoRanksHaveTheBitsOfTwoThreads(int accumulation) {
    LearnerSettings one =
        settings(1).loss(weighted()).gradientClip(1).accumulation(accumulation).build();
    Trained alone = train(RESNET, one.toBuilder().threads(2).build(), PLAN, ProcessGroup.ALONE);
    List<Trained> ranks = TestRanks.run(2, group -> train(RESNET, one, PLAN, group));
    for (Trained rank : ranks) {
      assertThat(rank.all()).isEqualTo(alone.all());
      assertThat(rank.steps).isEqualTo(alone.steps);
      for (int epoch = 0; epoch < 2; epoch++) {
        assertThat(rank.epochs.get(epoch).trainLoss())
            .isEqualTo(alone.epochs.get(epoch).trainLoss());
        EpochRecord.Evaluated mine = rank.epochs.get(epoch).evaluated().orElseThrow();
        EpochRecord.Evaluated wanted = alone.epochs.get(epoch).evaluated().orElseThrow();
        assertThat(mine.metrics()).isEqualTo(wanted.metrics());
        assertThat(mine.loss()).isCloseTo(wanted.loss(), within(1e-6));
      }
    }
  }

  private static Loss weighted() {
    return new Loss.CrossEntropy(List.of(0.5, 2.0, 1.0), 0.1);
  }

  @Test
  void ranksOfSeveralThreadsDifferFromOneRankByRoundingAlone() {
    for (int size : new int[] {2, 3}) {
      for (int accumulation : new int[] {1, 2}) {
        LearnerSettings two = settings(2).accumulation(accumulation).build();
        Trained alone = train(WITHOUT_NORMS, settings(1).build(), PLAN, ProcessGroup.ALONE);
        List<Trained> ranks = TestRanks.run(size, group -> train(WITHOUT_NORMS, two, PLAN, group));
        for (Trained rank : ranks) {
          float[] found = rank.all();
          float[] wanted = alone.all();
          for (int i = 0; i < wanted.length; i++) {
            assertThat(found[i]).isCloseTo(wanted[i], within(1e-5f));
          }
          assertThat(rank.all()).isEqualTo(ranks.get(0).all());
        }
      }
    }
  }

  @Test
  void aRangeTestOnRanksIsTheSameAndLeavesNoTrace() {
    Setup setup = new Setup(RESNET, 64, 0.85, PLAN.augmentation(), settings(2).build());
    RangeResult alone = tested(setup, ProcessGroup.ALONE);
    Setup one = new Setup(RESNET, 64, 0.85, PLAN.augmentation(), settings(1).build());
    List<RangeResult> ranks = TestRanks.run(2, group -> tested(one, group));
    assertThat(ranks).allSatisfy(rank -> assertThat(rank.points()).isEqualTo(alone.points()));
  }

  private static RangeResult tested(Setup setup, ProcessGroup ranks) {
    try (Learner learner = Learner.prepare(RESNET, TRAIN, setup.settings())) {
      learner.join(ranks, () -> false);
      RangeTest test = RangeTest.atMomentum(0.85).withSteps(30);
      RangeResult result = LearningRateFinder.of(setup, TRAIN).run(learner, test, 1, point -> {});
      learner.requireSameOnRanks();
      return result;
    }
  }

  @Test
  void weightsThatDifferAreTold() {
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group -> {
                      try (Learner learner = Learner.prepare(RESNET, TRAIN, settings(1).build())) {
                        learner.join(group.withVerifyEvery(1), () -> false);
                        if (group.isFirst()) {
                          List<NamedTensor> weights = learner.weights();
                          weights.get(0).values()[0] += 1;
                          learner.setWeights(weights);
                        }
                        return Training.run(
                            learner,
                            OneCycle.of(PLAN.steps(TRAIN.size()), 0.1),
                            PLAN,
                            TRAIN,
                            TEST,
                            SmallTraining.keeping(new ArrayList<>()),
                            () -> false);
                      }
                    }))
        .isInstanceOf(RankException.class)
        .hasMessageContaining("those of rank 1 differ after 1 updates");
  }

  @Test
  void ranksAreEqualAfterEachOf200Steps() {
    TrainingPlan plan = TrainingPlan.of(50, 64).withSeed(2).withEvaluateEvery(50);
    List<Trained> ranks =
        TestRanks.run(
            2, group -> train(WITHOUT_NORMS, settings(1).build(), plan, group.withVerifyEvery(1)));
    assertThat(ranks.get(1).steps).hasSize(200).isEqualTo(ranks.get(0).steps);
  }

  @Test
  void aStopOfOneRankStopsAllAfterTheSameStep() {
    List<Integer> steps =
        TestRanks.run(
            3,
            group -> {
              List<StepRecord> taken = new ArrayList<>();
              try (Learner learner = Learner.prepare(RESNET, TRAIN, settings(1).build())) {
                learner.join(group, () -> group.rank() == 1 && taken.size() >= 2);
                Training.run(
                    learner,
                    OneCycle.of(PLAN.steps(TRAIN.size()), 0.1),
                    PLAN,
                    TRAIN,
                    TEST,
                    SmallTraining.keeping(taken),
                    learner::stopAgreed);
              }
              return taken.size();
            });
    assertThat(steps).containsExactly(3, 3, 3);
  }

  @Test
  void ranksOfAnotherNetworkAreRefused() {
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group -> {
                      Network network = Models.resnet(8 + 6 * group.rank(), SHAPE, 3, 0);
                      return train(network, settings(1).build(), PLAN, group);
                    }))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("network");
  }
}
