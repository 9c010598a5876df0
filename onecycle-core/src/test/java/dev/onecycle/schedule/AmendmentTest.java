package dev.onecycle.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import java.util.List;
import org.junit.jupiter.api.Test;

class AmendmentTest {
  private static final OneCycle POLICY = OneCycle.of(100, 1);

  private static double rate(Policy policy, long step) {
    return policy.learningRate().at(step);
  }

  @Test
  void lowersTheRatesFromAStepOnAndNotTheMomentum() {
    Policy lowered = new Amendment(30, 1 / 3.0, 0, "").to(POLICY);
    for (int step = 0; step < 100; step++) {
      double expected = rate(POLICY, step) * (step < 30 ? 1 : 1 / 3.0);
      assertThat(rate(lowered, step)).as("step %d", step).isEqualTo(expected);
      assertThat(lowered.momentum().at(step)).isEqualTo(POLICY.momentum().at(step));
    }
    assertThat(lowered.steps()).isEqualTo(100);
    assertThat(lowered.phases()).isEqualTo(POLICY.phases());
  }

  /** The peak is what is highest of the whole: before the change, or after it. */
  @Test
  void knowsItsPeak() {
    assertThat(new Amendment(5, 1 / 3.0, 0, "").to(POLICY).peak())
        .isCloseTo(POLICY.peak() / 3, within(1e-15));
    assertThat(new Amendment(60, 1 / 3.0, 0, "").to(POLICY).peak()).isEqualTo(POLICY.peak());
  }

  @Test
  void stretchesWhatIsLeftWithoutAJump() {
    Policy stretched = new Amendment(40, 1, 60, "").to(POLICY);
    assertThat(stretched.steps()).isEqualTo(160);
    for (int step = 0; step <= 40; step++) {
      assertThat(rate(stretched, step)).isEqualTo(rate(POLICY, step));
    }
    assertThat(rate(stretched, 159)).isEqualTo(rate(POLICY, 99));
    double last = rate(POLICY, 39);
    for (int step = 40; step < 160; step++) {
      double next = rate(stretched, step);
      assertThat(Math.abs(next - last)).as("step %d", step).isLessThan(0.03);
      last = next;
    }
    // Twice as many steps are left: boundaries move to twice as far away.
    long end = 0;
    for (int i = 0; i < POLICY.phases().size(); i++) {
      Phase before = POLICY.phases().get(i);
      Phase after = stretched.phases().get(i);
      assertThat(after.name()).isEqualTo(before.name());
      assertThat(after.firstStep()).isEqualTo(end);
      long boundary = before.lastStep() + 1;
      end = after.lastStep() + 1;
      assertThat(end).isEqualTo(boundary <= 40 ? boundary : 40 + 2 * (boundary - 40));
    }
    assertThat(end).isEqualTo(160);
  }

  @Test
  void pastTheEndNothingMoves() {
    Policy stretched = new Amendment(40, 1, 60, "").to(POLICY);
    assertThat(rate(stretched, 1000)).isEqualTo(rate(stretched, 159));
  }

  @Test
  void changesAddUp() {
    Policy twice =
        Amendment.all(
            POLICY, List.of(new Amendment(10, 0.5, 0, ""), new Amendment(50, 0.5, 50, "")));
    assertThat(rate(twice, 5)).isEqualTo(rate(POLICY, 5));
    assertThat(rate(twice, 49)).isEqualTo(rate(POLICY, 49) / 2);
    assertThat(rate(twice, 149)).isEqualTo(rate(POLICY, 99) / 4);
    assertThat(twice.describe()).contains("from step 10 on rates × 0.5", "stretched by 50 steps");
  }

  @Test
  void theLastStepCanBeStretched() {
    Policy stretched = new Amendment(99, 1, 10, "").to(POLICY);
    for (int step = 99; step < 110; step++) {
      assertThat(rate(stretched, step)).isEqualTo(rate(POLICY, 99));
    }
  }

  @Test
  void afterTheEndThereIsNothingToChange() {
    assertThatThrownBy(() -> new Amendment(100, 1, 10, "").to(POLICY))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("step must be before the last");
  }
}
