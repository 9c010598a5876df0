package dev.onecycle.torch.engine.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradients of every layer, written or by autograd, against differences in float64. */
class FiniteDifferencesTest {
  private static final double STEP = 1e-6;

  @BeforeAll
  static void load() {
    Natives.load();
  }

  static Stream<Arguments> layers() {
    return GradientsTest.layers();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void gradientsAreTheSlopesOfTheLayer(String name, Layer layer, long[] shape) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      torch.manual_seed(1);
      Tensor x = normal(shape);
      ModuleBuilder builder = new ModuleBuilder();
      Module module = builder.build("", layer);
      for (Parameter parameter : builder.parameters) {
        parameter.place(normal(parameter.shape), torch.zeros_like(normal(parameter.shape)));
      }
      builder.statistics.forEach(s -> s.place(torch.ones(s.shape).to(ScalarType.Double)));
      Tape tape = new Tape(true, null);
      Tensor y = module.forward(x.clone(), context(tape));
      Tensor outward = torch.randn_like(y);
      List<Tensor> at = new ArrayList<>(List.of(x));
      List<Tensor> gradients = new ArrayList<>(List.of(tape.back(outward.clone())));
      for (Parameter parameter : builder.parameters) {
        at.add(parameter.tensor());
        gradients.add(parameter.gradient());
      }
      for (int i = 0; i < at.size(); i++) {
        for (int direction = 0; direction < 3; direction++) {
          requireSlope(module, x, outward, at.get(i), gradients.get(i), name + " " + i);
        }
      }
    }
  }

  private static void requireSlope(
      Module module, Tensor x, Tensor outward, Tensor at, Tensor gradient, String name) {
    Tensor direction = torch.randn_like(at);
    double slope = gradient.mul(direction).sum().item_double();
    at.add_(direction, new Scalar(STEP));
    double above = value(module, x, outward);
    at.add_(direction, new Scalar(-2 * STEP));
    double below = value(module, x, outward);
    at.add_(direction, new Scalar(STEP));
    double scale = gradient.norm().item_double() * direction.norm().item_double();
    assertThat(scale).isPositive();
    assertThat(Math.abs((above - below) / (2 * STEP) - slope) / scale).as(name).isLessThan(1e-6);
  }

  private static double value(Module module, Tensor x, Tensor outward) {
    try (PointerScope scope = new PointerScope()) {
      return module.forward(x.clone(), context(null)).mul(outward).sum().item_double();
    }
  }

  private static Tensor normal(long... shape) {
    Tensor values = torch.randn(shape).to(ScalarType.Double);
    return shape.length == 4 ? values.contiguous(MemoryFormat.ChannelsLast) : values;
  }

  private static ForwardContext context(@Nullable Tape tape) {
    Generator generator = torch.createCPUGenerator();
    generator.set_current_seed(3);
    return new ForwardContext(
        true, ScalarType.Double, 0.1, new GeneratorOptional(generator), tape, null);
  }
}
