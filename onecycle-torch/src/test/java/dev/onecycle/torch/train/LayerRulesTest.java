package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LayerRules;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Frozen layers, and rates and weight decays by layer. */
class LayerRulesTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final Network NETWORK = Models.resnet(8, SHAPE, 3, 0);
  private static final ImageDataset IMAGES =
      ImageSets.coloured(1, 60, List.of("red", "green", "blue"), SHAPE);
  private static final LayerRules NONE = LayerRules.none();

  private static Learner learner(LayerRules rules, double weightDecay) {
    return Learner.prepare(
        NETWORK,
        IMAGES,
        LearnerSettings.builder()
            .precision(Precision.FP32)
            .threads(2)
            .seed(7)
            .weightDecay(weightDecay)
            .layerRules(rules)
            .build());
  }

  private static Map<String, float[]> weights(Learner learner) {
    return learner.weights().stream()
        .collect(
            Collectors.toMap(NamedTensor::name, NamedTensor::values, (a, b) -> a, TreeMap::new));
  }

  /** The change of each array by some steps on one batch. */
  private static Map<String, double[]> change(LayerRules rules, double weightDecay, int steps) {
    try (Learner learner = learner(rules, weightDecay)) {
      Map<String, float[]> before = weights(learner);
      ArrayBatch batch = ArrayBatch.coloured(1, 48, 3, SHAPE);
      for (int i = 0; i < steps; i++) {
        assertThat(learner.step(batch, 0.1, 0.9).finite()).isTrue();
      }
      Map<String, float[]> after = weights(learner);
      Map<String, double[]> changes = new TreeMap<>();
      before.forEach(
          (name, values) ->
              changes.put(
                  name,
                  IntStream.range(0, values.length)
                      .mapToDouble(i -> after.getOrDefault(name, values)[i] - values[i])
                      .toArray()));
      return changes;
    }
  }

  private static boolean moves(double[] change) {
    return Arrays.stream(change).anyMatch(value -> value != 0);
  }

  @Test
  void frozenLayersChangeInNothing() {
    change(NONE.withFrozen(List.of(LayerRules.BODY)), 1e-3, 2)
        .forEach((name, change) -> assertThat(moves(change)).as(name).isEqualTo(isHead(name)));
    change(NONE.withFrozen(List.of("conv1", "bn1", "layer1.0.conv1")), 1e-3, 2)
        .forEach(
            (name, change) ->
                assertThat(moves(change))
                    .as(name)
                    .isNotEqualTo(name.matches("conv1\\..*|bn1\\..*|layer1\\.0\\.conv1\\..*")));
  }

  @Test
  void batchNormsOfFrozenLayersAreTrainedIfAsked() {
    LayerRules rules = NONE.withFrozen(List.of(LayerRules.BODY)).withTrainFrozenNorms(true);
    change(rules, 1e-3, 2)
        .forEach(
            (name, change) ->
                assertThat(moves(change))
                    .as(name)
                    .isEqualTo(isHead(name) || name.matches(".*(bn\\d|downsample\\.1)\\..*")));
  }

  private static boolean isHead(String name) {
    return name.startsWith("fc.");
  }

  /** A head over fixed features has the gradient that it has where everything is trained. */
  @Test
  void theLayersAfterFrozenOnesLearnAsBefore() {
    Map<String, double[]> all = change(NONE, 0, 1);
    Map<String, double[]> some = change(NONE.withFrozen(List.of("conv1")), 0, 1);
    all.forEach(
        (name, change) -> {
          if (!name.startsWith("conv1.")) {
            assertThat(some.get(name)).as(name).containsExactly(change, offset(1e-7));
          }
        });
  }

  @Test
  void rateAndWeightDecayOfALayerAreItsOwn() {
    Map<String, double[]> plain = change(NONE, 0, 1);
    Map<String, double[]> slow =
        change(NONE.withRates(Map.of("layer1", 0.25, "layer1.0.conv2", 2.0)), 0, 1);
    plain.forEach(
        (name, change) -> {
          double factor =
              name.startsWith("layer1.0.conv2") ? 2 : name.startsWith("layer1") ? 0.25 : 1;
          if (!name.contains("running")) {
            double[] expected = Arrays.stream(change).map(value -> factor * value).toArray();
            assertThat(slow.get(name)).as(name).containsExactly(expected, offset(1e-6));
          }
        });
    Map<String, double[]> decayed = change(NONE.withWeightDecays(Map.of("fc", 0.5)), 0, 1);
    try (Learner learner = learner(NONE, 0)) {
      float[] before = weights(learner).getOrDefault("fc.weight", new float[0]);
      double[] expected = plain.getOrDefault("fc.weight", new double[0]).clone();
      for (int i = 0; i < expected.length; i++) {
        expected[i] -= 0.1 * 0.5 * before[i];
      }
      assertThat(decayed.get("fc.weight")).containsExactly(expected, offset(1e-6));
      assertThat(decayed.get("conv1.weight")).containsExactly(plain.get("conv1.weight"));
    }
  }

  /** Three stages between the first convolution and the last layer: equal factors in between. */
  @Test
  void ratesRiseWithDepthByEqualFactors() {
    try (Learner learner = learner(NONE.withFirstLayerRate(0.0625), 0)) {
      assertThat(learner.groups())
          .extracting(LayerGroup::layers, LayerGroup::rate)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple("conv1 bn1", 0.0625),
              org.assertj.core.groups.Tuple.tuple("layer1", 0.125),
              org.assertj.core.groups.Tuple.tuple("layer2", 0.25),
              org.assertj.core.groups.Tuple.tuple("layer3", 0.5),
              org.assertj.core.groups.Tuple.tuple("fc", 1.0));
      assertThat(learner.groups().stream().mapToLong(LayerGroup::values).sum())
          .isEqualTo(learner.parameterCount());
    }
  }

  @Test
  void aRuleThatFitsNothingIsRefused() {
    assertRefused(
        "layer must be the beginning of a name in resnet8: conv1, bn1, layer1, layer2, layer3, fc,"
            + " but was layer",
        rules -> rules.withFrozen(List.of("layer")));
    assertRefused("but was head", rules -> rules.withRates(Map.of("head", 0.1)));
    assertRefused(
        "frozen layers must be some of the layers of resnet8 but was",
        rules -> rules.withFrozen(List.of(LayerRules.BODY, "fc")));
    for (String part : List.of("bn1.bias", "bn1.weight")) {
      assertRefused(
          "frozen layers must be the norm as a whole, bn1, but was " + part,
          rules -> rules.withFrozen(List.of(part)));
    }
    assertThatThrownBy(() -> NONE.withFirstLayerRate(0))
        .hasMessage("first layer rate must be in (0, 1] but was 0");
    assertThatThrownBy(() -> NONE.withRates(Map.of("fc", -1.0)))
        .hasMessageStartingWith("rate of layer fc must be in (0, 1e6] but was -1");
  }

  private static void assertRefused(String message, UnaryOperator<LayerRules> rules) {
    assertThatThrownBy(() -> learner(rules.apply(NONE), 0).close()).hasMessageContaining(message);
  }

  /** The flat buffers of groups go out and come back. */
  @Test
  void aStateIsRestoredToTheBit() {
    LayerRules rules =
        NONE.withFrozen(List.of("conv1"))
            .withFirstLayerRate(0.1)
            .withWeightDecays(Map.of("layer2", 0.3));
    ArrayBatch batch = ArrayBatch.coloured(1, 48, 3, SHAPE);
    try (Learner first = learner(rules, 1e-3);
        Learner second = learner(rules, 1e-3)) {
      first.step(batch, 0.1, 0.9);
      second.restore(first.state());
      for (Learner learner : List.of(first, second)) {
        learner.step(batch, 0.1, 0.9);
      }
      Map<String, float[]> expected = weights(first);
      weights(second)
          .forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
    }
  }
}
