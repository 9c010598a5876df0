package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class SettingTest {
  @Test
  void aTextThatIsNoPathIsRefused() {
    assertThat(TrainingConfig.CACHE.read("--cache", "a folder")).isEqualTo("a folder");
    assertThatThrownBy(() -> TrainingConfig.CACHE.read("--cache", "a\0b"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("--cache must be a path but was");
  }
}
