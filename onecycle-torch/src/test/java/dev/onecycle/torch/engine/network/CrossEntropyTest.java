package dev.onecycle.torch.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Natives;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and gradients against libtorch's weighted cross-entropy and its autograd. */
class CrossEntropyTest {
  private static final long[] LABELS = {0, 2, 1, 2, 2, 0, 2};
  private static final float[] WEIGHTS = {0.5f, 3, 1.25f};

  @BeforeAll
  static void load() {
    Natives.load();
  }

  private static Tensor labels() {
    long[] shape = {LABELS.length};
    return torch
        .from_blob(new LongPointer(LABELS), shape, new TensorOptions(ScalarType.Long))
        .clone();
  }

  private static Tensor vector(float... values) {
    Tensor tensor = torch.zeros(values.length);
    FlatBuffer.elements(tensor).put(values);
    return tensor;
  }

  private static float[] values(Tensor tensor) {
    FloatBuffer elements = FlatBuffer.elements(tensor.contiguous());
    float[] values = new float[elements.remaining()];
    elements.get(values);
    return values;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.2})
  void aBatchInPartsHasTheWeightedMeanAndItsGradient(double smoothing) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      Tensor scores = torch.randn(LABELS.length, 3).requires_grad_(true);
      Tensor labels = labels();
      Tensor weights = vector(WEIGHTS);
      Tensor expected =
          torch.cross_entropy_loss(scores, labels, new TensorOptional(weights), 1, -100, smoothing);
      expected.backward();
      double total = 0;
      for (long label : LABELS) {
        total += WEIGHTS[(int) label];
      }
      double sum = 0;
      int at = 0;
      float[] wanted = values(scores.grad());
      for (int[] part : new int[][] {{0, 3}, {3, 7}}) {
        int size = part[1] - part[0];
        Tensor some = scores.detach().narrow(0, part[0], size);
        Tensor ours = labels.narrow(0, part[0], size);
        sum += CrossEntropy.weightedSum(some, ours, weights, smoothing).item_float();
        Tensor gradient = CrossEntropy.weightedGradient(some, ours, weights, smoothing, total);
        for (float value : values(gradient)) {
          assertThat(value).isCloseTo(wanted[at++], within(1e-6f));
        }
      }
      assertThat(at).isEqualTo(wanted.length);
      assertThat(sum / total).isCloseTo(expected.item_float(), within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.2})
  void equalWeightsAreNone(double smoothing) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(2);
      Tensor scores = torch.randn(LABELS.length, 3);
      Tensor weights = vector(1, 1, 1);
      float[] plain = values(CrossEntropy.gradient(scores, labels(), smoothing, LABELS.length));
      float[] weighted =
          values(
              CrossEntropy.weightedGradient(scores, labels(), weights, smoothing, LABELS.length));
      for (int i = 0; i < plain.length; i++) {
        assertThat(weighted[i]).isCloseTo(plain[i], within(1e-6f));
      }
    }
  }
}
