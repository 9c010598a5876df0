package dev.onecycle.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;

final class InvalidValueExceptionTest {
  @Test
  void theMessageIsMadeOfItsParts() {
    InvalidValueException refused =
        catchThrowableOfType(
            InvalidValueException.class, () -> Require.positive("learning rate", -8e-4));
    assertThat(refused)
        .hasMessage("learning rate must be positive and finite but was -0.0008")
        .isInstanceOf(OnecycleException.class);
    assertThat(refused.name()).isEqualTo("learning rate");
    assertThat(refused.constraint()).isEqualTo("positive and finite");
    assertThat(refused.value()).isEqualTo("-0.0008");
    assertThat(refused.advice()).isEmpty();
    assertThat(Require.invalid("steps", "at least 1", 0, "train for more epochs"))
        .hasMessage("steps must be at least 1 but was 0; train for more epochs");
  }

  @Test
  void anotherNameChangesNothingElse() {
    InvalidValueException refused = Require.invalid("steps", "at least 1", 0.5, "take more");
    InvalidValueException renamed = refused.named("--steps");
    assertThat(renamed).hasMessage("--steps must be at least 1 but was 0.5; take more");
    assertThat(renamed.name()).isEqualTo("--steps");
    assertThat(renamed.constraint()).isEqualTo("at least 1");
    assertThat(renamed.value()).isEqualTo("0.5");
    assertThat(renamed.advice()).isEqualTo("take more");
    assertThat(renamed.getStackTrace()).isEqualTo(refused.getStackTrace());
  }

  @Test
  void anErrorAboutSeveralValuesKeepsItsMessage() {
    InvalidValueException refused =
        InvalidValueException.ofSeveral("size must be 1 but was 2, and rate must be 3 but was 4");
    assertThat(refused.name()).isEmpty();
    assertThat(refused.named("--size")).isSameAs(refused);
  }
}
