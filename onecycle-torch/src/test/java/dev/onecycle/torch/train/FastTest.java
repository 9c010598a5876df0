package dev.onecycle.torch.train;

import static dev.onecycle.torch.nn.Layer.named;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.ViewMean.Views;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The parts that the model {@code fast} is made of. */
@Tag("long")
class FastTest {
  private static final ImageDataset SHAPES =
      Datasets.open("shapes", DataOptions.defaults()).train();
  private static final LearnerSettings FP32 =
      LearnerSettings.builder().precision(Precision.FP32).threads(1).build();

  private static Learner learner(Network network) {
    return network.outputs() == SHAPES.classes().size()
        ? Learner.prepare(network, SHAPES, FP32)
        : Learner.withoutImages(network, Normalization.of(SHAPES), FP32);
  }

  private static float[] weight(Learner learner, String name) {
    return learner.weights().stream()
        .filter(tensor -> tensor.name().equals(name))
        .map(NamedTensor::values)
        .findFirst()
        .orElseThrow();
  }

  /** Patches of normalised images times the filters: uncorrelated, of variance 1, and mirrored. */
  @Test
  void whiteningMakesPatchesUncorrelated() {
    Network network = Models.fast(SHAPES.shape(), 10, 0);
    float[] filters;
    try (Learner learner = learner(network)) {
      filters = weight(learner, "whiten.weight");
    }
    Normalization normalization = Normalization.of(SHAPES);
    double[][] covariance = new double[12][12];
    long patches = 0;
    for (int i = 0; i < 200; i++) {
      double[][] seen = responses(SHAPES.pixels(i), SHAPES.shape(), normalization, filters);
      for (double[] response : seen) {
        for (int a = 0; a < 12; a++) {
          assertThat(response[12 + a]).isCloseTo(-response[a], within(1e-6));
          for (int b = 0; b < 12; b++) {
            covariance[a][b] += response[a] * response[b];
          }
        }
      }
      patches += seen.length;
    }
    for (int a = 0; a < 12; a++) {
      for (int b = 0; b < 12; b++) {
        // Not exactly: 200 of the images, and directions with little variance are not blown up.
        double expected = a == b ? 1 : 0;
        if (a != b || covariance[a][a] / patches > 0.9) {
          assertThat(covariance[a][b] / patches).isCloseTo(expected, within(0.25));
        }
      }
    }
    assertThat(covariance[11][11] / patches).isCloseTo(1, within(0.1));
  }

  private static double[][] responses(
      ByteBuffer pixels, ImageShape shape, Normalization normalization, float[] filters) {
    int side = shape.width() - 1;
    double[][] responses = new double[side * side][24];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        for (int f = 0; f < 24; f++) {
          for (int at = 0; at < 12; at++) {
            int c = at / 4;
            int place = ((y + at % 4 / 2) * shape.width() + x + at % 2) * 3 + c;
            double value =
                ((pixels.get(place) & 0xff) / 255.0 - normalization.mean(c)) / normalization.std(c);
            responses[y * side + x][f] += value * filters[f * 12 + at];
          }
        }
      }
    }
    return responses;
  }

  @Test
  void cannotBeMadeWithoutItsFilters() {
    Network network = Models.fast(SHAPES.shape(), 10, 0);
    assertThatThrownBy(() -> Learner.withoutImages(network, Normalization.of(SHAPES), FP32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fast must be given training images for its fixed filters");
  }

  @Test
  void trainingLeavesTheWhiteningAlone() {
    Network network = Models.fast(SHAPES.shape(), 10, 0);
    List<Batch> batches = ArrayBatch.several(1, 1, 32, 10, SHAPES.shape());
    try (Learner learner = learner(network)) {
      float[] filters = weight(learner, "whiten.weight");
      float[] bias = weight(learner, "whiten.bias");
      learner.step(batches.get(0), 0.1, 0.9);
      assertThat(weight(learner, "whiten.weight")).isEqualTo(filters);
      assertThat(weight(learner, "whiten.bias")).isNotEqualTo(bias);
    }
  }

  @Test
  void aRestoredLearnerHasTheSameWhitening() {
    Network network = Models.fast(SHAPES.shape(), 10, 0);
    List<Batch> batches = ArrayBatch.several(1, 2, 32, 10, SHAPES.shape());
    try (Learner first = learner(network);
        Learner second = learner(network)) {
      first.step(batches.get(0), 0.1, 0.9);
      second.restore(first.state());
      double loss = first.step(batches.get(1), 0.1, 0.9).loss();
      assertThat(second.step(batches.get(1), 0.1, 0.9).loss()).isEqualTo(loss);
    }
  }

  @Test
  void identityInitCopiesChannels() {
    Layer layers =
        Layer.sequence(
            named("conv", new Conv(3, 5, 3, 1, 1, false).withInit(Conv.Init.IDENTITY)),
            named("pool", new Layer.GlobalAveragePool()),
            named("fc", new Layer.Linear(5, 2, false)));
    try (Learner learner = learner(new Network("identity", SHAPES.shape(), 2, layers))) {
      float[] weights = weight(learner, "conv.weight");
      for (int i = 0; i < 3 * 27; i++) {
        assertThat(weights[i]).isEqualTo(i % 27 == i / 27 * 9 + 4 ? 1f : 0f);
      }
      double bound = 1 / Math.sqrt(27);
      for (int i = 3 * 27; i < 5 * 27; i++) {
        assertThat((double) weights[i]).isBetween(-bound, bound).isNotEqualTo(0);
      }
    }
  }

  /** Against a network that sees the views, made here, one by one. */
  @ParameterizedTest
  @EnumSource(Views.class)
  void viewMeanIsTheWeightedMeanOfTheViews(Views views) {
    Layer body =
        Layer.sequence(
            named("conv", new Conv(3, 4, 3, 2, 1, false)),
            named("flat", new Layer.Flatten()),
            named("fc", new Layer.Linear(4 * 16 * 16, 2, false)));
    ImageShape shape = SHAPES.shape();
    byte[] image = new byte[shape.bytes()];
    SHAPES.read(0, image);
    Network network = new Network("m", shape, 2, new Layer.ViewMean(body, views));
    try (Learner learner = learner(network);
        Learner alone = learner(new Network("b", shape, 2, body))) {
      double expected = logitOfBoth(alone, image, 0);
      if (views == Views.FLIP_AND_SHIFT) {
        double moved = (logitOfBoth(alone, image, 1) + logitOfBoth(alone, image, -1)) / 2;
        assertThat(moved).isNotCloseTo(expected, within(1e-3));
        expected = (expected + moved) / 2;
      }
      double[] seen = learner.probabilities(ArrayBatch.of(shape, image, image))[0];
      assertThat(logit(seen)).isCloseTo(expected, within(1e-5));
    }
  }

  /** The mean of an image's and its mirror image's, both moved down and right by a few pixels. */
  private static double logitOfBoth(Learner learner, byte[] image, int pixels) {
    byte[] moved = seen(image, pixels, false);
    byte[] mirrored = seen(image, pixels, true);
    double[][] each = learner.probabilities(ArrayBatch.of(SHAPES.shape(), moved, mirrored));
    assertThat(logit(each[0])).isNotCloseTo(logit(each[1]), within(1e-3));
    return (logit(each[0]) + logit(each[1])) / 2;
  }

  private static byte[] seen(byte[] image, int pixels, boolean mirrored) {
    int side = SHAPES.shape().width();
    byte[] seen = new byte[image.length];
    for (int i = 0; i < image.length; i++) {
      int x = i / 3 % side;
      int fromX = reflected((mirrored ? side - 1 - x : x) - pixels, side);
      int fromY = reflected(i / 3 / side - pixels, side);
      seen[i] = image[(fromY * side + fromX) * 3 + i % 3];
    }
    return seen;
  }

  private static int reflected(int at, int side) {
    return at < 0 ? -at : at >= side ? 2 * side - 2 - at : at;
  }

  private static double logit(double[] probabilities) {
    return Math.log(probabilities[1] / probabilities[0]);
  }

  @Test
  void aProfileNamesTheLayersAndLeavesNoTrace() {
    List<Batch> batches = ArrayBatch.several(1, 1, 32, 10, SHAPES.shape());
    try (Learner learner = learner(Models.resnet(8, SHAPES.shape(), 10, 0))) {
      float[] before = weight(learner, "conv1.weight");
      Map<String, Double> seconds = learner.profile(batches.get(0), 2);
      assertThat(seconds)
          .containsKeys("Conv", "Conv back", "BatchNorm", "BatchNorm back", "Relu", "Residual");
      assertThat(seconds.values()).allMatch(time -> time > 0);
      assertThat(weight(learner, "conv1.weight")).isEqualTo(before);
    }
  }

  /** A ReLU on the bits of bfloat16 may make 0 of a NaN: the step is refused all the same. */
  @Test
  void notANumberIsNotHiddenByReluOnBits() {
    LearnerSettings bf16 = LearnerSettings.builder().precision(Precision.BF16).threads(1).build();
    List<Batch> batches = ArrayBatch.several(1, 1, 32, 10, SHAPES.shape());
    Network network = Models.resnet(8, SHAPES.shape(), 10, 0);
    for (float sign : new float[] {1, -1}) {
      try (Learner learner = Learner.prepare(network, SHAPES, bf16)) {
        List<NamedTensor> weights = new ArrayList<>(learner.weights());
        NamedTensor first = weights.get(0);
        float[] values = first.values().clone();
        values[0] = Math.copySign(Float.MAX_VALUE, sign); // infinite in bfloat16, times 0
        weights.set(0, new NamedTensor(first.name(), first.shape(), values));
        learner.setWeights(weights);
        float[] before = weight(learner, "fc.weight");
        assertThat(learner.step(batches.get(0), 0.1, 0.9).finite()).isFalse();
        assertThat(weight(learner, "fc.weight")).isEqualTo(before);
      }
    }
  }

  @Test
  void hasDefaultsOfItsOwn() {
    ModelSpec.Defaults sources = Models.byName("resnet20").defaults();
    assertThat(sources.batchSize()).isEqualTo(128);
    assertThat(sources.settings()).isEqualTo(LearnerSettings.defaults());
    ModelSpec.Defaults fast = Models.byName("fast").defaults();
    assertThat(fast.augmentation().pad()).isEqualTo(2);
    assertThat(fast.settings().loss()).isEqualTo(new Loss.CrossEntropy(List.of(), 0.1));
  }
}
