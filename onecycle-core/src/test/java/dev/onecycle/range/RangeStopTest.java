package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RangeStopTest {
  @Test
  void theSentenceKnowsTheFactorAndTheExtension() {
    assertThat(new RangeStop(StopReason.DIVERGED, 2.5, false).sentence())
        .isEqualTo("stopped because the loss rose by more than 2.5 times its fall");
    assertThat(RangeStop.of(StopReason.DIVERGED).sentence()).contains(" 10 times ");
    assertThat(new RangeStop(StopReason.REACHED_END, 4, true).sentence())
        .isEqualTo("stopped because the range ended (the range was extended)");
    assertThat(RangeStop.of(StopReason.NON_FINITE).sentence())
        .isEqualTo("stopped because the loss was no longer a finite number");
    assertThat(RangeStop.of(StopReason.INTERRUPTED).sentence())
        .isEqualTo("stopped because it was interrupted");
  }

  @Test
  void aTestTellsItsOwnFactor() {
    RangeTest test = RangeTest.atMomentum(0).withSmoothing(0).withStopFactor(3);
    double[] loss = {1};
    RangeResult result = test.run((rate, momentum) -> loss[0] *= 1.5);
    assertThat(result.stop()).isEqualTo(new RangeStop(StopReason.DIVERGED, 3, false));
  }

  @Test
  void aClearVerdictNeedsAnEdge() {
    Verdict clear = new Verdict(Verdict.Kind.CLEAR, "", "do so");
    RangeStop stop = RangeStop.of(StopReason.DIVERGED);
    assertThatThrownBy(
            () -> new RangeResult(List.of(), stop, 0.9, Optional.empty(), Readings.NONE, clear))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("edge and trough must be present");
  }

  @Test
  void testsOfTheSameSettingsAreEqual() {
    LossScale scale = LossScale.of(2.3, 0);
    RangeTest test = RangeTest.atMomentum(0.9).withSteps(80);
    assertThat(test)
        .isEqualTo(RangeTest.atMomentum(0.85).withMomentum(0.9).withSteps(80))
        .hasSameHashCodeAs(RangeTest.atMomentum(0.9).withSteps(80))
        .isNotEqualTo(test.withScale(scale));
    assertThat(test.withScale(scale).scale()).hasValue(scale);
    assertThat(test).hasToString(test.toString()).asString().startsWith("RangeTest[start=");
  }
}
