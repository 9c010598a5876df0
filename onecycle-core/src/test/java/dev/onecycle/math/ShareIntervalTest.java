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

  @Test
  void countsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> ShareInterval.wilson(0, 0)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> ShareInterval.wilson(3, 2))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("successes must be in [0, 2] but was 3");
  }
}
