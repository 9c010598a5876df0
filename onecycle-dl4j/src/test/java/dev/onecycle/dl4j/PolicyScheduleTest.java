package dev.onecycle.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.schedule.Anneal;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class PolicyScheduleTest {
  private static final int STEPS = 93;

  static List<PolicyChoice> choices() {
    List<PolicyChoice> all =
        new java.util.ArrayList<>(
            java.util.Arrays.stream(PolicyChoice.Kind.values()).map(PolicyChoice::of).toList());
    all.add(
        PolicyChoice.of(PolicyChoice.Kind.PYTORCH3)
            .withWarmupShare(0.4)
            .withAnneal(Anneal.LINEAR)
            .withMomentum(MomentumRange.cycled(0.9, 0.7)));
    all.add(PolicyChoice.oneCycle().withAnnihilation(0.3).withDivider(7));
    return all;
  }

  @ParameterizedTest
  @MethodSource("choices")
  void everyStepHasThePolicysValue(PolicyChoice choice) throws Exception {
    Policy policy = choice.over(STEPS, 0.4);
    PolicySchedule rate = PolicySchedule.learningRate(choice, STEPS, 0.4);
    PolicySchedule momentum = PolicySchedule.momentum(choice, STEPS, 0.4);
    for (ISchedule same : List.of(rate, rate.clone(), json(rate), serialized(rate))) {
      for (int step = 0; step < 2 * STEPS; step++) {
        assertThat(same.valueAt(step, step / 10)).isEqualTo(policy.learningRate().at(step));
      }
      assertThat(same).isEqualTo(rate).hasSameHashCodeAs(rate);
    }
    for (ISchedule same : List.of(momentum, json(momentum), serialized(momentum))) {
      for (int step = 0; step < 2 * STEPS; step++) {
        assertThat(same.valueAt(step, 0)).isEqualTo(policy.momentum().at(step));
      }
    }
    assertThat(rate).isNotEqualTo(momentum);
  }

  private static ISchedule json(ISchedule schedule) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    return mapper.readValue(mapper.writeValueAsString(schedule), ISchedule.class);
  }

  private static ISchedule serialized(ISchedule schedule)
      throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(schedule);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ISchedule) in.readObject();
    }
  }

  @Test
  void tooFewStepsAreRefused() {
    assertThatThrownBy(() -> PolicySchedule.learningRate(PolicyChoice.oneCycle(), 2, 0.4))
        .hasMessageStartingWith("steps must be enough to rise, fall and annihilate");
    assertThatThrownBy(
            () -> PolicySchedule.momentum(PolicyChoice.oneCycle(), 99, 0.4).valueAt(-1, 0))
        .hasMessage("iteration must be at least 0 but was -1");
  }
}
