package dev.onecycle.torch.engine.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.ViewMean.Views;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A mean of views within a network, whose result is the input of the next layer. */
class TestTimeAugmentationTest {
  @BeforeAll
  static void load() {
    Natives.load();
  }

  private static Tensor images(int channels) {
    return Modules.channelsLast(torch.randn(2, channels, 8, 6));
  }

  private static Tensor evaluated(Layer layer, Tensor x, ScalarType compute) {
    torch.manual_seed(3);
    ModuleBuilder builder = new ModuleBuilder();
    Module module = builder.build("", layer);
    for (Parameter parameter : builder.parameters) {
      parameter.place(torch.randn(parameter.shape), torch.zeros(parameter.shape));
    }
    return module.forward(x.to(compute), ForwardContext.evaluation(compute)).to(ScalarType.Float);
  }

  @Test
  void theNextLayerGetsTheTypeOfThePass() {
    Layer layer =
        Layer.sequence(
            new Layer.ViewMean(
                Layer.sequence(new Layer.Conv(3, 8, 3, 1, 1, false), new Layer.GlobalAveragePool()),
                Views.FLIP),
            new Layer.Linear(8, 3, true));
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = images(3);
      Tensor exact = evaluated(layer, x, ScalarType.Float);
      Tensor rounded = evaluated(layer, x, ScalarType.BFloat16);
      assertThat(torch.allclose(rounded, exact, 0.05, 0.1, false)).isTrue();
    }
  }

  /** The result of a body that changes nothing is the memory of its input. */
  @Test
  void theInputStaysAsItIs() {
    Layer layer =
        Layer.sequence(
            new Layer.ViewMean(new Layer.Flatten(), Views.FLIP_AND_SHIFT), new Layer.Scale(1));
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = images(1);
      Tensor before = x.clone();
      Tensor found = evaluated(layer, x, ScalarType.Float);
      assertThat(torch.equal(x, before)).isTrue();
      Tensor expected =
          evaluated(
              Layer.sequence(
                  new Layer.ViewMean(
                      Layer.sequence(new Layer.Scale(1), new Layer.Flatten()),
                      Views.FLIP_AND_SHIFT)),
              x,
              ScalarType.Float);
      assertThat(torch.equal(found, expected)).isTrue();
    }
  }
}
