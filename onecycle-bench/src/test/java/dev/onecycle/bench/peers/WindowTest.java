package dev.onecycle.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WindowTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void countsWholeStepsFromTheFirstThatEndsAfterTheWarmUp() {
    Window window = Window.opened(2 * SECOND, 100 * SECOND);
    window = window.stepped(101 * SECOND, 128);
    // Ends after the warm-up but began in it: it opens the part that counts and is not in it.
    window = window.stepped(103 * SECOND, 128);
    assertThat(window.steps()).isZero();
    assertThat(window.seconds()).isZero();
    window = window.stepped(104 * SECOND, 128).stepped(107 * SECOND, 72);
    assertThat(window.steps()).isEqualTo(2);
    assertThat(window.seconds()).isEqualTo(4, within(1e-9));
    assertThat(window.samplesPerSecond()).isEqualTo(200 / 4.0, within(1e-9));
  }

  @Test
  void withoutWarmUpOnlyTheFirstStepIsLeftOut() {
    Window window = Window.opened(0, 5 * SECOND).stepped(6 * SECOND, 10);
    assertThat(window.steps()).isEqualTo(1);
    assertThat(window.samplesPerSecond()).isEqualTo(10, within(1e-9));
  }

  @Test
  void hasNoRateBeforeAStepIsTimed() {
    Window window = Window.opened(SECOND, 0);
    assertThatIllegalStateException().isThrownBy(window::samplesPerSecond);
    assertThatIllegalStateException().isThrownBy(window.stepped(2 * SECOND, 128)::samplesPerSecond);
  }
}
