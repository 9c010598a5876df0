package dev.onecycle.torch.train;

import static dev.onecycle.torch.train.RanksTest.CLASSES;
import static dev.onecycle.torch.train.RanksTest.SHAPE;
import static dev.onecycle.torch.train.RanksTest.TEST;
import static dev.onecycle.torch.train.RanksTest.TRAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.TestRanks;
import dev.onecycle.torch.engine.custom.TensorLayer;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.Trace;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batch norms that see the whole batch, whatever computes its parts. */
@Timeout(300)
@Tag("long")
class SyncBatchNormTest {
  /** 210 images: three batches of 64, and one of 18, which one part computes alone. */
  private static final TrainingPlan PLAN =
      TrainingPlan.of(2, 64)
          .withAugmentation(Augmentation.standard().withPad(2))
          .withReestimatedBatches(3)
          .withSeed(5);

  private static final Network RESNET = Models.resnet(8, SHAPE, CLASSES.size(), 0);

  private static LearnerSettings.Builder settings(int threads) {
    return LearnerSettings.builder().precision(Precision.FP32).threads(threads).seed(3);
  }

  private static List<NamedTensor> train(LearnerSettings settings, ProcessGroup ranks) {
    try (Learner learner = Learner.prepare(RESNET, TRAIN, settings)) {
      learner.join(ranks, () -> false);
      run(learner);
      learner.requireSameOnRanks();
      return learner.weights();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 2", "1, 3", "2, 1", "3, 1", "3, 2"})
  void trainsAsOneThreadDoesOnTheWholeBatch(int ranks, int threads) {
    List<NamedTensor> wanted = train(settings(1).build(), ProcessGroup.ALONE);
    LearnerSettings together = settings(threads).syncBatchNorm(true).build();
    List<List<NamedTensor>> found =
        ranks == 1
            ? List.of(train(together, ProcessGroup.ALONE))
            : TestRanks.run(ranks, group -> train(together, group));
    // Rounding grows with every step that a value passes through a relu.
    found.forEach(weights -> assertClose(weights, wanted, 2e-5f));
    // Without the exchange they are another network: the test can tell.
    LearnerSettings apart = settings(threads).build();
    List<NamedTensor> other =
        ranks == 1
            ? train(apart, ProcessGroup.ALONE)
            : TestRanks.run(ranks, group -> train(apart, group)).get(0);
    assertThatThrownBy(() -> assertClose(other, wanted, 1e-3f)).isInstanceOf(AssertionError.class);
  }

  private static void run(Learner learner) {
    Training.run(
        learner,
        OneCycle.of(PLAN.steps(TRAIN.size()), 0.001),
        PLAN,
        TRAIN,
        TEST,
        SmallTraining.keeping(new ArrayList<>()),
        () -> false);
  }

  private static void assertClose(
      List<NamedTensor> found, List<NamedTensor> wanted, float tolerance) {
    for (int i = 0; i < wanted.size(); i++) {
      for (int k = 0; k < wanted.get(i).values().length; k++) {
        assertThat(found.get(i).values()[k])
            .as(wanted.get(i).name())
            .isCloseTo(wanted.get(i).values()[k], within(tolerance));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3"})
  void twoRanksHaveTheBitsOfTwoThreads(int accumulation) {
    LearnerSettings one = settings(1).syncBatchNorm(true).accumulation(accumulation).build();
    List<NamedTensor> alone = train(one.toBuilder().threads(2).build(), ProcessGroup.ALONE);
    List<List<NamedTensor>> ranks = TestRanks.run(2, group -> train(one, group));
    for (List<NamedTensor> rank : ranks) {
      for (int i = 0; i < alone.size(); i++) {
        assertThat(rank.get(i).values()).isEqualTo(alone.get(i).values());
      }
    }
  }

  /** Fails in the first thread that comes, while the other waits for it at the next batch norm. */
  public record Failing(AtomicInteger calls) implements TensorLayer {
    @Override
    public Trace trace(Trace input) {
      return input;
    }

    @Override
    public Tensor forward(Tensor x, List<Tensor> weights, Pass pass) {
      if (calls.getAndIncrement() == 0) {
        throw new IllegalStateException("no result for these images");
      }
      return x;
    }
  }

  @Test
  void theFailureOfOnePartEndsAll() {
    Network network =
        new Network(
            "failing",
            SHAPE,
            3,
            Layer.sequence(
                new Failing(new AtomicInteger()),
                new Layer.Conv(3, 4, 3, 1, 1, false),
                new Layer.BatchNorm(4),
                new Layer.GlobalAveragePool(),
                new Layer.Linear(4, 3, true)));
    try (Learner learner =
        Learner.prepare(network, TRAIN, settings(2).syncBatchNorm(true).build())) {
      assertThatThrownBy(() -> run(learner)).hasStackTraceContaining("no result for these images");
      run(learner); // the next step is sound
    }
  }

  @Test
  void aNetworkWithoutBatchNormsIsRefused() {
    Network network =
        new Network(
            "plain",
            SHAPE,
            3,
            Layer.sequence(new Layer.Flatten(), new Layer.Linear(3 * 16 * 12, 3, true)));
    assertThatThrownBy(
            () -> Learner.prepare(network, TRAIN, settings(2).syncBatchNorm(true).build()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("sync batchnorm must be false for plain, which has no batch norms");
  }
}
