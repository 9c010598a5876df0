package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.DivergedException;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearnerStateTest {
  private static NamedTensor tensor(String name, float last) {
    return new NamedTensor(name, new long[] {2}, new float[] {-1, last});
  }

  private static LearnerState state(float weight, float velocity) {
    return new LearnerState(
        List.of(tensor("conv1.weight", 0), tensor("fc.bias", weight)),
        List.of(tensor("velocity", velocity)),
        8);
  }

  @Test
  void finiteValuesMayBeWritten() {
    assertThatCode(() -> state(3e38f, -3e38f).requireFinite(7, 0.5)).doesNotThrowAnyException();
  }

  @Test
  void spoiledWeightsAreADivergenceAtTheLastStep() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> state(bad, 0).requireFinite(7, 0.5))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("fc.bias must be finite but was")
          .hasMessageContaining("at step 7 with learning rate 0.5");
      assertThatThrownBy(() -> state(0, bad).requireFinite(7, 0.5))
          .hasMessageContaining("velocity must be finite");
    }
  }
}
