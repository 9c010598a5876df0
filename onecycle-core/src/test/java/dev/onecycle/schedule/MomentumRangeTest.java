package dev.onecycle.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class MomentumRangeTest {
  @Test
  void readsWhatItWrites() {
    for (String text : new String[] {"0.9", "0", "0.95:0.85", "0.9:0.9", "0.95:0.85:0.7"}) {
      assertThat(MomentumRange.parse("momentum", text).toText()).isEqualTo(text);
    }
    assertThat(MomentumRange.parse("momentum", " 0.95:0.85 "))
        .isEqualTo(MomentumRange.cycled(0.95, 0.85));
    assertThat(MomentumRange.cycled(0.95, 0.85, 0.7).atEnd()).isEqualTo(0.7);
    assertThat(MomentumRange.cycled(0.95, 0.85).atEnd()).isEqualTo(0.95);
    assertThat(MomentumRange.constant(0.9).atPeak()).isEqualTo(0.9);
  }

  @Test
  void theWrongOrderIsQuestioned() {
    String reason =
        "--momentum must be high:low, first the value at low learning rates, then the lower one at"
            + " the peak, but was 0.85:0.95; did you mean 0.95:0.85?";
    assertThatThrownBy(() -> MomentumRange.parse("--momentum", "0.85:0.95"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(reason);
    assertThatThrownBy(() -> MomentumRange.cycled(0.85, 0.95))
        .hasMessage(reason.substring("--".length()));
    assertThatThrownBy(() -> MomentumRange.parse("m", "0.85:0.95:0.85"))
        .hasMessageEndingWith("but was 0.85:0.95:0.85; did you mean 0.95:0.85?");
  }

  @Test
  void anythingElseIsRefused() {
    for (String text : new String[] {"", "x", "0.9:", ":0.9", "0.9:0.8:0.9:0.8", "0.9,0.8"}) {
      assertThatThrownBy(() -> MomentumRange.parse("m", text))
          .as(text)
          .isInstanceOf(InvalidValueException.class)
          .hasMessageStartingWith("m must be a number such as 0.9, or two");
    }
    for (String text : new String[] {"1", "-0.1", "NaN", "0.95:-0.1", "0.95:0.85:1"}) {
      assertThatThrownBy(() -> MomentumRange.parse("m", text))
          .as(text)
          .isInstanceOf(InvalidValueException.class)
          .hasMessageStartingWith("m must be in [0, 1) but was");
    }
  }
}
