package dev.onecycle.torch.engine.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import java.util.Objects;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the engine's convolutions in float64. */
class WinogradTest {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  /** Of float32, relative to the norm of all values; the engine's own is 1e-6 at these sizes. */
  private static final double ROUNDING = 5e-6;

  @BeforeAll
  static void load() {
    Natives.load();
  }

  /**
   * Among them sizes that are no multiples of a tile, and images that are no multiple of a turn.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 8, 8, 4, 4",
    "5, 64, 128, 15, 15",
    "70, 16, 8, 7, 7",
    "300, 8, 16, 3, 3",
    "3, 12, 8, 9, 17",
    "1, 8, 8, 70, 66"
  })
  void itIsTheConvolutionAndItsGradients(int n, int in, int out, int height, int width) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      torch.manual_seed(0);
      Tensor x = random(n, in, height, width);
      Tensor kernel = random(out, in, 3, 3);
      Tensor gradient = random(n, out, height, width);
      T_TensorTensorTensor_T gradients = exactGradients(x, kernel, gradient);
      Tensor y = Winograd.forward(x, kernel);
      assertThat(y.is_contiguous(MemoryFormat.ChannelsLast)).isTrue();
      assertSame(y, exactly(x, kernel));
      assertSame(Winograd.inputGradient(gradient, kernel), gradients.get0());
      assertSame(Winograd.weightGradient(x, gradient), gradients.get1());
    }
  }

  /** The whole layer, with the algorithm of this machine. */
  @ParameterizedTest
  @CsvSource({"64, 64, 8", "128, 256, 7", "128, 128, 3"})
  void aLayerOfManyChannelsIsTheConvolution(int in, int out, int size) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      torch.manual_seed(0);
      Tensor x = random(20, in, size, size);
      Parameter weight =
          new Parameter(
              "weight",
              new long[] {out, in, 3, 3},
              false,
              new Parameter.Initial(Parameter.Initial.Kind.CONSTANT, 0));
      Tensor kernel = random(out, in, 3, 3);
      Tensor learned = torch.zeros_like(kernel);
      weight.place(kernel, learned);
      Tape tape = new Tape(true, null);
      Tensor y =
          Convolution.of(weight, null, 1, 1)
              .forward(x, new ForwardContext(true, ScalarType.Float, 0.1, null, tape, null));
      Tensor gradient = random(20, out, size, size);
      assertSame(y, exactly(x, kernel));
      Tensor back = Objects.requireNonNull(tape.back(gradient));
      T_TensorTensorTensor_T gradients = exactGradients(x, kernel, gradient);
      assertSame(back, gradients.get0());
      assertSame(learned, gradients.get1());
    }
  }

  @Test
  void tilesMustNotComputeMoreThanTheySave() {
    assertThat(Winograd.covers(7, 7)).isTrue();
    assertThat(Winograd.covers(3, 3)).isTrue();
    assertThat(Winograd.covers(15, 16)).isTrue();
    assertThat(Winograd.covers(5, 5)).isFalse(); // 64 pixels for 25
    assertThat(Winograd.covers(2, 2)).isFalse();
  }

  private static Tensor exactly(Tensor x, Tensor kernel) {
    return torch.conv2d(exact(x), exact(kernel), new TensorOptional(), ONE, ONE, ONE, 1);
  }

  private static T_TensorTensorTensor_T exactGradients(Tensor x, Tensor kernel, Tensor gradient) {
    return torch.convolution_backward(
        exact(gradient),
        exact(x),
        exact(kernel),
        new long[] {kernel.size(0)},
        ONE,
        ONE,
        ONE,
        false,
        ZERO,
        1,
        new BoolPointer(3).put(0, true).put(1, true).put(2, false));
  }

  private static Tensor random(long... shape) {
    return torch.randn(shape).contiguous(MemoryFormat.ChannelsLast);
  }

  private static Tensor exact(Tensor tensor) {
    return tensor.to(ScalarType.Double);
  }

  private static void assertSame(Tensor found, Tensor expected) {
    assertThat(found.sizes().vec().get()).isEqualTo(expected.sizes().vec().get());
    double error = exact(found).sub(expected).norm().item().toDouble();
    assertThat(error / expected.norm().item().toDouble()).isLessThan(ROUNDING);
  }
}
