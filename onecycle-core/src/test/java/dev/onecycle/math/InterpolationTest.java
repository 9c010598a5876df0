package dev.onecycle.math;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class InterpolationTest {
  @Test
  void sharesOfTheWay() {
    assertThat(Interpolation.linear(2, 6, 0)).isEqualTo(2);
    assertThat(Interpolation.linear(2, 6, 0.25)).isEqualTo(3);
    assertThat(Interpolation.linear(6, 2, 0.25)).isEqualTo(5);
    assertThat(Interpolation.linear(2, 6, 1)).isEqualTo(6);
  }

  @Test
  void aPlaceBetweenTwoPoints() {
    assertThat(Interpolation.linear(10, 2, 14, 6, 13)).isEqualTo(5);
    assertThat(Interpolation.linear(10, 2, 14, 6, 10)).isEqualTo(2);
  }
}
