package dev.onecycle.torch.engine.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.testing.Property;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorHandles;
import dev.onecycle.torch.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Convolutions of any sizes and both types, against those of float64, which the engine computes in
 * another way. On a processor that hides its caches its kernels are wrong for some of these sizes.
 */
class ConvolutionWayTest {
  @BeforeAll
  static void load() {
    Natives.load();
  }

  /** A convolution with values and a gradient of its result. */
  private record Case(Layer.Conv layer, Tensor x, Tensor weight, Tensor bias, Tensor gradient) {
    static Case random(SplittableRandom random, ScalarType compute) {
      boolean ofEachChannel = random.nextInt(8) == 0;
      int groups =
          ofEachChannel
              ? 8 * random.nextInt(1, 5)
              : random.nextBoolean() ? 1 : random.nextInt(2, 9);
      int in = groups * (ofEachChannel ? 1 : channels(random));
      int out = groups * (ofEachChannel ? 1 : channels(random));
      Layer.Window window =
          random.nextBoolean()
              ? new Layer.Window(random.nextInt(1, 4), random.nextInt(1, 3), random.nextInt(3))
              : new Layer.Window(
                  size(random, 1, 4), size(random, 1, 3), size(random, 0, 3), size(random, 1, 3));
      torch.manual_seed(random.nextLong());
      Tensor x =
          Modules.channelsLast(
                  torch.randn(random.nextInt(1, 12), in, random.nextInt(7, 12), 7 + in % 3))
              .to(compute);
      Tensor weight =
          torch.randn(out, in / groups, window.kernel().height(), window.kernel().width());
      Tensor gradient =
          torch.randn(x.size(0), out, window.rows(x.size(2)), window.columns(x.size(3)));
      return new Case(
          new Layer.Conv(in, out, window, groups, true),
          x,
          weight.to(compute).to(ScalarType.Float),
          torch.randn(out).to(compute).to(ScalarType.Float),
          Modules.channelsLast(gradient).to(compute));
    }

    /** Of a group: few, and numbers around the blocks of the engine. */
    private static int channels(SplittableRandom random) {
      return switch (random.nextInt(4)) {
        case 0 -> 16 * random.nextInt(1, 9);
        case 1 -> random.nextInt(10, 40);
        default -> random.nextInt(1, 10);
      };
    }

    private static Layer.Size size(SplittableRandom random, int least, int bound) {
      return new Layer.Size(random.nextInt(least, bound), random.nextInt(least, bound));
    }

    /** The result, the input's gradient, and the gradients of weight and bias. */
    List<Tensor> exactly() {
      Layer.Window window = layer.window();
      T_TensorTensorTensor_T gradients =
          torch.convolution_backward(
              exact(gradient),
              exact(x),
              exact(weight),
              new long[] {layer.out()},
              Modules.sizes(window.stride()),
              Modules.sizes(window.padding()),
              Modules.sizes(window.dilation()),
              false,
              new long[] {0, 0},
              layer.groups(),
              new BoolPointer(3).put(0, true).put(1, true).put(2, true));
      Tensor y =
          torch.conv2d(
              exact(x),
              exact(weight),
              new TensorOptional(exact(bias)),
              Modules.sizes(window.stride()),
              Modules.sizes(window.padding()),
              Modules.sizes(window.dilation()),
              layer.groups());
      return List.of(
          y,
          TensorHandles.of(gradients.get0()),
          TensorHandles.of(gradients.get1()),
          TensorHandles.of(gradients.get2()));
    }

    /** The same of the module that a network has for the layer. */
    List<Tensor> byTheModule() {
      ModuleBuilder builder = new ModuleBuilder();
      Module module = builder.build("", layer);
      List<Tensor> learned = new ArrayList<>();
      for (Parameter parameter : builder.parameters) {
        Tensor values = parameter.name.equals("bias") ? bias : weight;
        Tensor own = torch.zeros_like(values);
        parameter.place(values, own);
        learned.add(own);
      }
      Tape tape = new Tape(true, null);
      Tensor y =
          module.forward(
              x, new ForwardContext(true, x.scalar_type().intern(), 0.1, null, tape, null));
      Tensor result = y.clone(); // the way back frees it
      Tensor back = Objects.requireNonNull(tape.back(gradient.clone()));
      return List.of(result, back, learned.get(0), learned.get(1));
    }
  }

  @ParameterizedTest
  @CsvSource({"Float, 1e-5", "BFloat16, 0.02"})
  void aConvolutionAndItsGradientsAreRight(ScalarType compute, double rounding) {
    Property.holds(
        200,
        random -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            Case drawn = Case.random(random, compute);
            assertNear(drawn, drawn.byTheModule(), drawn.exactly(), rounding);
          }
        });
  }

  @Test
  void aPlainConvolutionIsTheConvolution() {
    Property.holds(
        100,
        random -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            Case drawn = Case.random(random, ScalarType.Double);
            Tensor y =
                PlainConvolution.of(
                    drawn.x, drawn.weight, drawn.bias, drawn.layer.window(), drawn.layer.groups());
            assertNear(drawn, List.of(y), drawn.exactly(), 1e-12);
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "false, 16, 32, 1, 1, ENGINE",
    "true, 16, 32, 1, 1, ENGINE",
    "true, 16, 32, 2, 1, ENGINE",
    "true, 128, 192, 2, 1, ENGINE",
    "false, 16, 48, 1, 1, PLAIN",
    "false, 96, 64, 1, 1, PLAIN",
    "true, 3, 16, 1, 1, PLAIN",
    "false, 3, 24, 1, 1, PLAIN",
    "true, 24, 64, 1, 1, PLAIN",
    "false, 1, 16, 1, 1, PLAIN",
    "true, 16, 32, 1, 4, ENGINE",
    "true, 16, 8, 1, 4, PLAIN",
    "false, 3, 16, 1, 4, PLAIN",
    "false, 1, 2, 1, 32, PLAIN",
    "false, 1, 1, 1, 32, ENGINE",
    "true, 1, 1, 1, 32, ENGINE_IN_FLOAT32",
    "false, 1, 1, 2, 32, PLAIN",
    "false, 1, 1, 1, 24, PLAIN",
  })
  void theEngineIsAvoidedWhereItIsWrong(
      boolean inBfloat16, long in, long out, int dilation, int groups, ConvolutionWay way) {
    Layer.Size size = new Layer.Size(1);
    Layer.Window window = new Layer.Window(new Layer.Size(3), size, size, new Layer.Size(dilation));
    assertThat(ConvolutionWay.ofHiddenCaches(inBfloat16, in, out, window, groups)).isEqualTo(way);
  }

  @ParameterizedTest
  @CsvSource({
    "1, false",
    "15, false",
    "16, true",
    "32, true",
    "48, false",
    "64, true",
    "192, true",
    "1024, false"
  })
  void blocksAreFull(long channels, boolean full) {
    assertThat(ConvolutionWay.full(channels)).isEqualTo(full);
  }

  private static void assertNear(
      Case drawn, List<Tensor> found, List<Tensor> exact, double rounding) {
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).sizes().vec().get()).isEqualTo(exact.get(i).sizes().vec().get());
      double largest = exact.get(i).abs().max().item().toDouble();
      double error = exact(found.get(i)).sub(exact.get(i)).abs().max().item().toDouble();
      assertThat(error)
          .as("tensor %d of %s", i, drawn.layer)
          .isLessThanOrEqualTo(rounding * Math.max(1, largest)); // sums of few may cancel out
    }
  }

  private static Tensor exact(Tensor tensor) {
    return tensor.to(ScalarType.Double);
  }
}
