package dev.onecycle.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlannedStepTest {
  @Test
  void aCycleHasFourCorners() {
    OneCycle policy = OneCycle.of(9310, 0.8);
    List<PlannedStep> corners = PlannedStep.outline(policy, 200);
    assertThat(corners).extracting(PlannedStep::step).containsExactly(0L, 4018L, 8036L, 9309L);
    assertThat(corners.get(1).learningRate()).isEqualTo(0.8);
    assertThat(corners.get(1).momentum()).isEqualTo(0.85);
    assertThat(corners.get(3).learningRate()).isEqualTo(policy.learningRate().at(9309));
  }

  @Test
  void linesBetweenTheCornersAreTheScheduleOfEveryPolicy() {
    for (PolicyChoice.Kind kind : PolicyChoice.Kind.values()) {
      Policy policy = PolicyChoice.of(kind).over(2000, 0.5);
      List<PlannedStep> corners = PlannedStep.outline(policy, 400);
      int next = 1;
      for (long step = 0; step < 2000; step++) {
        while (corners.get(next).step() < step) {
          next++;
        }
        PlannedStep before = corners.get(next - 1);
        PlannedStep after = corners.get(next);
        double share = (step - before.step()) / (double) (after.step() - before.step());
        double rate =
            before.learningRate() + share * (after.learningRate() - before.learningRate());
        assertThat(rate)
            .as("%s at step %d", kind, step)
            .isEqualTo(policy.learningRate().at(step), within(0.5e-3));
      }
    }
  }

  @Test
  void aSingleStepIsItsOwnOutline() {
    Policy one =
        new NamedPolicy("one", 1, 0.1, s -> 0.1, s -> 0.9, List.of(new Phase("a", 0, 0)), "");
    assertThat(PlannedStep.outline(one, 200)).containsExactly(new PlannedStep(0, 0.1, 0.9));
  }
}
