package dev.onecycle.torch.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.custom.TensorLoss;
import dev.onecycle.torch.settings.Loss;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The gradients of losses of float targets, written or by autograd. */
class TargetLossTest {
  private static final double STEP = 1e-6;

  /** log cosh of the differences, which no loss of the library is. */
  private record LogCosh() implements TensorLoss {
    @Override
    public String describe() {
      return "log cosh";
    }

    @Override
    public Tensor each(Tensor outputs, Tensor targets) {
      return outputs.sub(targets).cosh().log().mean(1);
    }
  }

  private record OneNumber() implements TensorLoss {
    @Override
    public String describe() {
      return "one number";
    }

    @Override
    public Tensor each(Tensor outputs, Tensor targets) {
      return outputs.sub(targets).square().mean();
    }
  }

  @BeforeAll
  static void load() {
    Natives.load();
  }

  static Stream<Loss> losses() {
    return Stream.of(
        new Loss.BinaryCrossEntropy(),
        new Loss.MeanSquaredError(),
        new Loss.Huber(0.7),
        new LogCosh());
  }

  @ParameterizedTest
  @MethodSource("losses")
  void theGradientIsTheSlopeOfTheSumInFloat64(Loss loss) {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      Tensor outputs = torch.randn(5, 3).to(ScalarType.Double);
      Tensor targets = torch.rand(5, 3).to(ScalarType.Double);
      Tensor gradient = TargetLoss.of(loss, outputs, targets).gradient();
      assertThat(gradient.requires_grad()).isFalse();
      for (int i = 0; i < 5; i++) {
        Tensor direction = torch.randn_like(outputs);
        double slope = gradient.mul(direction).sum().item_double();
        double above = sum(loss, outputs.add(direction, new Scalar(STEP)), targets);
        double below = sum(loss, outputs.add(direction, new Scalar(-STEP)), targets);
        double scale = gradient.norm().item_double() * direction.norm().item_double();
        assertThat(((above - below) / (2 * STEP) - slope) / scale).isCloseTo(0, within(1e-6));
      }
    }
  }

  private static double sum(Loss loss, Tensor outputs, Tensor targets) {
    return TargetLoss.each(loss, outputs, targets).sum().item_double();
  }

  @Test
  void theLossesAreThoseOfTheirFormulas() {
    try (PointerScope scope = new PointerScope()) {
      Tensor outputs = torch.zeros(1, 2).to(ScalarType.Double);
      outputs.select(1, 1).add_(new Scalar(3.0));
      Tensor targets = torch.ones(1, 2).to(ScalarType.Double);
      double ofThree = Math.log(1 + Math.exp(-3));
      assertThat(sum(new Loss.BinaryCrossEntropy(), outputs, targets))
          .isCloseTo((Math.log(2) + ofThree) / 2, within(1e-12));
      assertThat(sum(new Loss.MeanSquaredError(), outputs, targets)).isEqualTo((1 + 4) / 2.0);
      assertThat(sum(new Loss.Huber(1.5), outputs, targets))
          .isEqualTo((0.5 + 1.5 * (2 - 0.75)) / 2);
    }
  }

  @Test
  void aLossThatIsOneNumberForAllIsRefused() {
    try (PointerScope scope = new PointerScope()) {
      Tensor outputs = torch.zeros(4, 2);
      assertThatThrownBy(() -> TargetLoss.of(new OneNumber(), outputs, torch.ones(4, 2)))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage(
              "result of the loss one number must be one number for each of 4 samples, of Float, but"
                  + " has 0 sizes and 1 values of Float; take the mean over the outputs alone");
    }
  }
}
