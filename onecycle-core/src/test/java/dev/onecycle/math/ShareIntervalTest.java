package dev.onecycle.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class ShareIntervalTest {
  /** The examples of Newcombe 1998, table I, method 3. */
  @Test
  void theExamplesOfTheSource() {
    check(81, 263, 0.2553, 0.3662);
    check(15, 148, 0.0624, 0.1605);
    check(0, 20, 0, 0.1611);
    check(1, 29, 0.0061, 0.1718);
  }

  private static void check(long successes, long trials, double low, double high) {
    ShareInterval interval = ShareInterval.wilson(successes, trials);
    assertThat(interval.low()).isCloseTo(low, within(5e-5));
    assertThat(interval.high()).isCloseTo(high, within(5e-5));
    ShareInterval failures = ShareInterval.wilson(trials - successes, trials);
    assertThat(failures.low()).isCloseTo(1 - interval.high(), within(1e-12));
  }

  @Test
  void theEndsAreExact() {
    assertThat(ShareInterval.wilson(0, 18).low()).isZero();
    assertThat(ShareInterval.wilson(18, 18).high()).isEqualTo(1);
    assertThat(ShareInterval.wilson(10_000, 10_000).high()).isEqualTo(1);
  }

  /** 20 of 24, and 9,910 of 10,000. */
  @Test
  void aWideIntervalIsWorthARemark() {
    assertThat(ShareInterval.remark(20 / 24.0, 24)).isEqualTo(" (95 % interval 64.1 to 93.3)");
    assertThat(ShareInterval.remark(0.991, 10_000)).isEmpty();
    assertThat(ShareInterval.remark(1, 0)).isEmpty();
  }

  @Test
  void countsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> ShareInterval.wilson(0, 0)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> ShareInterval.wilson(3, 2))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("successes must be in [0, 2] but was 3");
  }
}
