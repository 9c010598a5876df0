package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.DivergedException;
import dev.onecycle.run.StepRecord;
import dev.onecycle.torch.io.NamedTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalTest {
  private static List<NamedTensor> weights(float last) {
    NamedTensor sound = new NamedTensor("conv1.weight", new long[] {2}, new float[] {1, -2});
    return List.of(sound, new NamedTensor("fc.bias", new long[] {2}, new float[] {0, last}));
  }

  private static Journal afterStep(long step) {
    Journal journal = new Journal();
    journal.step(new StepRecord(step, 0, 0.5, 0.9, 2.3));
    return journal;
  }

  @Test
  void finiteWeightsMayBeWritten() {
    assertThatCode(() -> afterStep(7).requireFinite(weights(3e38f))).doesNotThrowAnyException();
  }

  @Test
  void spoiledWeightsAreADivergenceAtTheLastStep() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> afterStep(7).requireFinite(weights(bad)))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining("fc.bias must be finite but was")
          .hasMessageContaining("at step 7 with learning rate 0.5");
    }
  }
}
