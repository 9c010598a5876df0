package dev.onecycle.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theMedianOfAnOddNumberOfValuesIsTheMiddleOne() {
    assertThat(Spread.of(9.0, 1.0, 4.0)).isEqualTo(new Spread(4, 1, 9));
    assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9));
    assertThat(Spread.of(7.0)).isEqualTo(new Spread(7, 7, 7));
  }

  @Test
  void theMedianOfAnEvenNumberOfValuesIsTheMeanOfTheTwoInTheMiddle() {
    assertThat(Spread.of(9.0, 1.0, 4.0, 2.0)).isEqualTo(new Spread(3, 1, 9));
    assertThat(Spread.of(List.of(5.0, 2.0))).isEqualTo(new Spread(3.5, 2, 5));
  }

  @Test
  void theGivenArrayKeepsItsOrder() {
    double[] values = {3, 1, 2};
    Spread.of(values);
    assertThat(values).containsExactly(3, 1, 2);
  }

  @Test
  void noValuesAreAnError() {
    assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(Spread::of).isInstanceOf(InvalidValueException.class);
  }

  @Test
  void ratiosAreOfTheSameRound() {
    // A slow round of the machine halves both values and leaves the ratio: 2, 2, 2.
    assertThat(Spread.ratios(List.of(1000.0, 500.0, 1000.0), List.of(500.0, 250.0, 500.0)))
        .containsExactly(2.0, 2.0, 2.0);
  }

  @Test
  void roundsThatOneOfThemLacksAreLeftOut() {
    assertThat(Spread.ratios(List.of(8.0, 9.0), List.of(2.0))).containsExactly(4.0);
    assertThat(Spread.ratios(List.of(), List.of(2.0))).isEmpty();
  }
}
