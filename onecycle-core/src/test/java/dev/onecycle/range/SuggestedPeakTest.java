package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class SuggestedPeakTest {
  /** The median readings of the demo: ResNet-20 on 6,000 pictures of shapes. */
  private static final SuggestedPeak DEMO = new SuggestedPeak(0.06924, 6.004);

  @Test
  void aShortCycleGoesByTheTroughAndALongOneByTheEdge() {
    assertThat(DEMO.inShortCycle()).isCloseTo(0.06924 / 2.5, within(1e-12));
    assertThat(DEMO.inLongCycle()).isCloseTo(0.6004, within(1e-12));
    assertThat(DEMO.over(1)).isEqualTo(DEMO.inShortCycle());
    assertThat(DEMO.over(100)).isCloseTo(DEMO.inShortCycle(), within(1e-12));
    assertThat(DEMO.over(10_000)).isCloseTo(DEMO.inLongCycle(), within(1e-12));
    assertThat(DEMO.over(1_000_000)).isEqualTo(DEMO.inLongCycle());
  }

  @Test
  void theLogarithmIsInterpolatedBetween() {
    // √(100 · 10,000) steps lie half way: the geometric mean of both rates.
    double half = Math.sqrt(DEMO.inShortCycle() * DEMO.inLongCycle());
    assertThat(DEMO.over(1_000)).isCloseTo(half, within(1e-12));
    double before = 0;
    for (long steps = 100; steps <= 10_000; steps += 100) {
      assertThat(DEMO.over(steps)).isGreaterThan(before);
      before = DEMO.over(steps);
    }
  }

  @Test
  void aTroughNearTheEdgeIsCutOffAtAFifthOfIt() {
    SuggestedPeak plain = new SuggestedPeak(0.7, 1);
    assertThat(plain.inShortCycle()).isEqualTo(0.2);
    assertThat(plain.inLongCycle()).isEqualTo(0.1);
    assertThat(plain.over(500)).isBetween(0.1, 0.2);
  }

  @Test
  void lengthsDifferOnlyBetweenShortAndLong() {
    assertThat(SuggestedPeak.sameFor(8, 100)).isTrue();
    assertThat(SuggestedPeak.sameFor(10_000, 1_000_000)).isTrue();
    assertThat(SuggestedPeak.sameFor(100, 101)).isFalse();
    assertThat(SuggestedPeak.sameFor(9_999, 20_000)).isFalse();
  }

  @Test
  void itIsProportionalToTheReadings() {
    for (long steps : new long[] {50, 300, 1_000, 5_000}) {
      assertThat(new SuggestedPeak(0.3, 8).over(steps))
          .isCloseTo(10 * new SuggestedPeak(0.03, 0.8).over(steps), within(1e-12));
    }
  }

  @Test
  void refusesImpossibleValues() {
    assertThatThrownBy(() -> new SuggestedPeak(0, 1))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("trough");
    assertThatThrownBy(() -> DEMO.over(0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("steps of the cycle must be at least 1 but was 0");
  }
}
