package dev.onecycle.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class ClassSharesTest {
  @Test
  void equallyCommonClassesHaveTheLogarithmOfTheirNumber() {
    assertThat(ClassShares.entropy(new long[] {7, 7, 7})).isCloseTo(Math.log(3), within(1e-15));
  }

  @Test
  void unequalClassesHaveLess() {
    // -0.99 ln 0.99 - 0.01 ln 0.01 and -0.95 ln 0.95 - 0.05 ln 0.05, by hand.
    assertThat(ClassShares.entropy(new long[] {990, 10})).isCloseTo(0.056002, within(1e-6));
    assertThat(ClassShares.entropy(new long[] {95, 5})).isCloseTo(0.198515, within(1e-6));
  }

  @Test
  void aClassWithoutImagesAddsNothing() {
    assertThat(ClassShares.entropy(new long[] {5, 0, 5})).isCloseTo(Math.log(2), within(1e-15));
    assertThat(ClassShares.entropy(new long[] {5})).isZero();
  }

  @Test
  void refusesCountsThatAreNone() {
    assertThatThrownBy(() -> ClassShares.entropy(new long[] {0, 0}))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("class counts must be above 0 for one class but was 0");
    assertThatThrownBy(() -> ClassShares.entropy(new long[] {3, -1}))
        .hasMessage("class count must be at least 0 but was -1");
  }
}
