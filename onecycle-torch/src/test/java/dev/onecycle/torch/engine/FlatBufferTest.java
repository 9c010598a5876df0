package dev.onecycle.torch.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.engine.Parameter.Initial;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlatBufferTest {
  private static Parameter parameter(String name, boolean normOrBias, long... shape) {
    return new Parameter(name, shape, normOrBias, new Initial(Initial.Kind.CONSTANT, 0));
  }

  /** A network of Python may call an array of any shape a bias. */
  @Test
  void everyParameterIsLaidOutOnce() {
    Parameter image = parameter("bias", false, 1, 3, 1, 1);
    Parameter norm = parameter("bn.weight", true, 3);
    Parameter bias = parameter("fc.bias", true, 3);
    Parameter weight = parameter("fc.weight", false, 3, 4);
    assertThat(FlatBuffer.ordered(List.of(bias, image, norm, weight)))
        .containsExactly(image, weight, norm, bias);
  }
}
