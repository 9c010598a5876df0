package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.MappingRules;
import dev.onecycle.torch.weights.MappingRules.Head;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.StoredTensor;
import dev.onecycle.torch.weights.WeightMapping;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of one network become those of another, whose last layer is larger. */
class PretrainedTest {
  @ParameterizedTest
  @CsvSource({
    "resnet20, 16, fc.weight;fc.bias",
    "resnet18, 32, fc.weight;fc.bias",
    "resnet50, 32, fc.weight;fc.bias",
    "resnet9, 16, fc.weight",
    "fast, 16, fc.weight",
  })
  void theLastLayerIsFoundInEveryModel(String model, int side, String head) {
    List<String> fresh = List.of(head.split(";"));
    try (Learner source = learner(model, side, 5);
        Learner target = learner(model, side, 7)) {
      List<NamedTensor> initial = target.weights();
      WeightMapping mapping =
          WeightMapping.of(
              "file",
              source.weights().stream().map(StoredTensor::of).toList(),
              initial,
              MappingRules.defaults().withHead(Head.NEW_IF_OTHER_SIZE));
      assertThat(mapping.initial()).containsExactlyElementsOf(fresh);
      target.setWeights(mapping.tensors());
      Map<String, float[]> from = byName(source.weights());
      Map<String, float[]> before = byName(initial);
      byName(target.weights())
          .forEach(
              (name, values) ->
                  assertThat(values)
                      .as(name)
                      .isEqualTo(
                          Objects.requireNonNull(
                              (fresh.contains(name) ? before : from).get(name))));
    }
  }

  private static Map<String, float[]> byName(List<NamedTensor> tensors) {
    return tensors.stream().collect(Collectors.toMap(NamedTensor::name, NamedTensor::values));
  }

  private static Learner learner(String model, int side, int classes) {
    ImageShape shape = new ImageShape(3, side, side);
    return Learner.prepare(
        Models.byName(model).network(shape, classes, 0),
        ImageSets.noise(shape, classes),
        new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25)),
        LearnerSettings.builder().seed(classes).threads(1).build());
  }
}
