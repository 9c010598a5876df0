package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.tune.Hyperparameter;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetupTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final Setup SETUP =
      new Setup(
          Models.byName("resnet20").network(SHAPE, 10, 0.3),
          64,
          0.85,
          Augmentation.standard(),
          LearnerSettings.defaults());

  @ParameterizedTest
  @CsvSource({"WEIGHT_DECAY, 0.01", "DROPOUT, 0.1", "MOMENTUM, 0.9", "BATCH_SIZE, 32"})
  void oneValueChangesAndItsConditionAlone(Hyperparameter parameter, double value) {
    Setup changed = SETUP.with(parameter, value);
    assertThat(changed.value(parameter)).isEqualTo(value);
    assertThat(SETUP.conditions("abc").differencesTo(changed.conditions("abc")))
        .extracting(Difference::name)
        .singleElement()
        .asString()
        .startsWith(parameter.title().replace(" ", "_"));
    for (Hyperparameter other : Hyperparameter.values()) {
      if (other != parameter) {
        assertThat(changed.value(other)).isEqualTo(SETUP.value(other));
      }
    }
  }

  @Test
  void replicasAreACondition() {
    LearnerSettings four = LearnerSettings.builder().threads(4).build();
    assertThat(replicas(four)).isEqualTo("4");
    assertThat(replicas(four.toBuilder().syncBatchNorm(true).build())).isEqualTo("1");
  }

  private static String replicas(LearnerSettings settings) {
    return new Setup(SETUP.network(), 64, 0.85, Augmentation.standard(), settings)
        .conditions("abc")
        .get(Setup.REPLICAS);
  }

  @Test
  void theSeedIsNoCondition() {
    assertThat(SETUP.withSeed(9).conditions("abc")).isEqualTo(SETUP.conditions("abc"));
  }

  @Test
  void structureTellsNetworksApartButNotTheirDropout() {
    String structure = SETUP.network().structure();
    assertThat(structure).startsWith("resnet20 ");
    assertThat(Models.byName("resnet20").network(SHAPE, 10, 0).structure()).isEqualTo(structure);
    assertThat(SETUP.network().withDropout(0).structure()).isEqualTo(structure);
    assertThat(Models.byName("resnet32").network(SHAPE, 10, 0).structure()).isNotEqualTo(structure);
    assertThat(Models.byName("resnet20").network(SHAPE, 9, 0).structure()).isNotEqualTo(structure);
    assertThat(Models.byName("resnet20").network(new ImageShape(1, 16, 16), 10, 0).structure())
        .isNotEqualTo(structure);
    Layer deeper = Layer.sequence(SETUP.network().layers(), Layer.identity(), new Layer.Scale(2));
    assertThat(new Network("resnet20", SHAPE, 10, deeper).structure()).isNotEqualTo(structure);
  }

  @Test
  void dropoutIsSetInEveryLayerOfIt() {
    Layer inner =
        new Layer.Residual(Layer.sequence(new Layer.Dropout(0.1)), new Layer.Dropout(0.2));
    Layer pool = new Layer.GlobalAveragePool();
    Network network =
        new Network(
            "own", SHAPE, SHAPE.channels(), Layer.sequence(inner, new Layer.Dropout(0.4), pool));
    assertThat(network.dropout()).isEqualTo(0.1);
    Layer changed =
        new Layer.Residual(Layer.sequence(new Layer.Dropout(0.5)), new Layer.Dropout(0.5));
    assertThat(network.withDropout(0.5).layers())
        .isEqualTo(Layer.sequence(changed, new Layer.Dropout(0.5), pool));
  }

  @Test
  void aNetworkWithoutDropoutCannotBeGivenOne() {
    Network plain = Models.byName("resnet20").network(SHAPE, 10, 0);
    assertThat(plain.dropout()).isZero();
    assertThat(plain.withDropout(0)).isEqualTo(plain);
    assertThatThrownBy(() -> plain.withDropout(0.1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("dropout must be 0 for resnet20");
  }

  @Test
  void timeBecomesSteps() {
    StepCost cost = new StepCost(0.5, 0.01);
    // An epoch of 10 steps and 100 images to evaluate takes 5 + 1 seconds.
    assertThat(cost.seconds(10, 10, 1)).isEqualTo(6);
    assertThat(cost.seconds(11, 10, 1)).isEqualTo(7.5);
    assertThat(cost.stepsWithin(6, 10, 1)).isEqualTo(10);
    assertThat(cost.stepsWithin(7.6, 10, 1)).isEqualTo(11);
    assertThat(cost.stepsWithin(12, 10, 1)).isEqualTo(20);
    assertThat(cost.stepsWithin(1.4, 10, 1)).isZero();
    assertThat(cost.stepsWithin(-5, 10, 1)).isZero();
    for (double seconds = 1.5; seconds < 40; seconds += 0.37) {
      long steps = cost.stepsWithin(seconds, 10, 1);
      assertThat(cost.seconds(steps, 10, 1)).isLessThanOrEqualTo(seconds);
      assertThat(cost.seconds(steps + 1, 10, 1)).isGreaterThan(seconds);
    }
  }

  /** Of 10 steps an epoch, 0.5 s each, and evaluations of 1 s: after every third, at the end. */
  @Test
  void timeBecomesMoreStepsWhereEvaluationsAreFewer() {
    StepCost cost = new StepCost(0.5, 0.01);
    assertThat(cost.seconds(30, 30, 1)).isEqualTo(16);
    assertThat(cost.seconds(35, 30, 1)).isEqualTo(19.5);
    assertThat(cost.seconds(20, 30, 1)).isEqualTo(11);
    // After each epoch it would be 20 steps for 12 s, and 30 for 18 s.
    assertThat(cost.stepsWithin(12, 30, 1)).isEqualTo(22);
    assertThat(cost.stepsWithin(18, 30, 1)).isEqualTo(32);
    // 16 s of 30 steps, and no time for another evaluation.
    assertThat(cost.stepsWithin(16.9, 30, 1)).isEqualTo(30);
    for (double seconds = 1.5; seconds < 80; seconds += 0.37) {
      long steps = cost.stepsWithin(seconds, 30, 1);
      assertThat(cost.seconds(steps, 30, 1)).isLessThanOrEqualTo(seconds);
      assertThat(cost.seconds(steps + 1, 30, 1)).isGreaterThan(seconds);
    }
  }

  @Test
  void aPlanSaysWhichEpochsAreEvaluated() {
    TrainingPlan plan = TrainingPlan.of(7, 10);
    assertThat(evaluated(plan)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(evaluated(plan.withEvaluateEvery(3))).containsExactly(2, 5, 6);
    assertThat(evaluated(plan.withEvaluateEvery(7))).containsExactly(6);
    assertThat(evaluated(plan.withEvaluateEvery(Integer.MAX_VALUE))).containsExactly(6);
    assertThat(evaluated(plan.withEvaluateEvery(3).withSteps(35, 100))).containsExactly(2, 3);
    assertThatThrownBy(() -> plan.withEvaluateEvery(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("epochs between evaluations must be at least 1 but was 0");
  }

  private static List<Integer> evaluated(TrainingPlan plan) {
    return IntStream.range(0, plan.epochs()).filter(plan::evaluates).boxed().toList();
  }

  @Test
  void aPlanOverStepsEndsWithinItsLastEpoch() {
    TrainingPlan plan = TrainingPlan.of(1, 10);
    assertThat(plan.withSteps(25, 100))
        .extracting(p -> p.epochs(), p -> p.steps(100))
        .isEqualTo(List.of(3, 25L));
    assertThat(plan.withSteps(20, 100))
        .extracting(p -> p.epochs(), p -> p.steps(100))
        .isEqualTo(List.of(2, 20L));
    assertThat(plan.withSteps(1, 100).epochs()).isEqualTo(1);
  }
}
