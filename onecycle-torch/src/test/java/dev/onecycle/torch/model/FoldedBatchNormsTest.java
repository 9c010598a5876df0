package dev.onecycle.torch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("long")
class FoldedBatchNormsTest {
  private static final LearnerSettings FP32 =
      LearnerSettings.builder().precision(Precision.FP32).build();

  static Stream<String> models() {
    return Models.names().stream();
  }

  /** By hand: 2·x + 1 with mean 3, variance 4 − 1e-5, weight 6, bias 5 is 3·(2x + 1 − 3) + 5. */
  @Test
  void theNormBecomesAPartOfTheWeights() {
    Layer layers =
        new Layer.Sequential(
            List.of(
                new Layer.Named("flat", new Layer.Flatten()),
                new Layer.Named("fc", new Layer.Linear(4, 2, true)),
                new Layer.Named("bn", new Layer.BatchNorm(2))));
    Network network = new Network("by-hand", new ImageShape(1, 2, 2), 2, layers);
    List<NamedTensor> weights =
        List.of(
            tensor("fc.weight", new long[] {2, 4}, 2, 2, 2, 2, 1, 0, 0, 0),
            tensor("fc.bias", new long[] {2}, 1, 0),
            tensor("bn.weight", new long[] {2}, 6, 1),
            tensor("bn.bias", new long[] {2}, 5, 0),
            tensor("bn.running_mean", new long[] {2}, 3, 0),
            tensor("bn.running_var", new long[] {2}, (float) (4 - 1e-5), (float) (1 - 1e-5)));
    ModelFile folded =
        FoldedBatchNorms.in(
            new ModelFile(
                network,
                List.of("a", "b"),
                new ModelInput(network.imageShape(), new Normalization(List.of(0.5), List.of(0.5))),
                weights));
    assertThat(folded.tensors())
        .extracting(NamedTensor::name)
        .containsExactly("fc.weight", "fc.bias");
    float[] matrix = folded.tensors().get(0).values();
    assertThat(matrix).containsExactly(new float[] {6, 6, 6, 6, 1, 0, 0, 0}, within(1e-5f));
    assertThat(folded.tensors().get(1).values())
        .containsExactly(new float[] {-1, 0}, within(1e-5f));
    NetworkWeights.requireSame(folded.network(), folded.tensors());
  }

  private static NamedTensor tensor(String name, long[] shape, float... values) {
    return new NamedTensor(name, shape, values);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyModelKeepsItsOutputsAndLosesItsBatchNorms(String name) {
    ModelSpec spec = Models.byName(name);
    int side = Math.max(spec.smallestSide(), 16);
    Network network = spec.network(new ImageShape(3, side, side), 3, 0.1);
    ImageDataset data = ImageSets.noise(network.imageShape(), 3);
    try (Learner learner = Learner.prepare(network, data, FP32);
        BatchLoader loader = BatchLoader.evaluation(data, 6);
        Batch batch = loader.next()) {
      for (int step = 0; step < 3; step++) {
        learner.step(batch, 0.01, 0.9); // running statistics that are not those of the start
      }
      ModelFile model =
          new ModelFile(
              network,
              data.classes(),
              new ModelInput(network.imageShape(), learner.normalization()),
              learner.weights());
      ModelFile folded = FoldedBatchNorms.in(model);
      // Three of fast follow a pooling, of which the largest value would change with the sign.
      assertThat(batchNorms(folded.network().layers())).isEqualTo(name.equals("fast") ? 3 : 0);
      NetworkWeights.requireSame(folded.network(), folded.tensors());
      try (Learner other = Learner.load(folded, FP32)) {
        double[][] wanted = learner.outputs(batch);
        double[][] found = other.outputs(batch);
        for (int i = 0; i < wanted.length; i++) {
          double largest = Arrays.stream(wanted[i]).map(Math::abs).max().orElseThrow();
          assertThat(found[i]).containsExactly(wanted[i], within(1e-5 * Math.max(1, largest)));
        }
      }
    }
  }

  private static int batchNorms(Layer layer) {
    return (layer instanceof Layer.BatchNorm ? 1 : 0)
        + layer.children().stream().mapToInt(FoldedBatchNormsTest::batchNorms).sum();
  }

  /** Between them comes a nonlinearity, or nothing with weights: the norm stays. */
  @Test
  void aNormThatFollowsNoWeightsStays() {
    Layer layers =
        new Layer.Sequential(
            List.of(
                new Layer.Named("first", new Layer.BatchNorm(1)),
                new Layer.Named("conv", new Layer.Conv(1, 2, 1, 1, 0, false)),
                new Layer.Named("relu", new Layer.Relu()),
                new Layer.Named("second", new Layer.BatchNorm(2)),
                new Layer.Named("third", new Layer.BatchNorm(2)),
                new Layer.Named("pool", new Layer.GlobalAveragePool()),
                new Layer.Named("fc", new Layer.Linear(2, 2, false))));
    Network network = new Network("norms", new ImageShape(1, 4, 4), 2, layers);
    ImageDataset data = ImageSets.noise(network.imageShape(), 2);
    try (Learner learner = Learner.prepare(network, data, FP32)) {
      ModelFile model =
          new ModelFile(
              network,
              data.classes(),
              new ModelInput(network.imageShape(), learner.normalization()),
              learner.weights());
      ModelFile folded = FoldedBatchNorms.in(model);
      assertThat(folded.network()).isEqualTo(network);
      assertThat(folded.tensors()).hasSameSizeAs(model.tensors());
    }
  }
}
