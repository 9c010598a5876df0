package dev.onecycle.bench.suggestion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.range.Readings;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SuggestionTablesTest {
  /** 30 % at 0.01, 50 % at 0.1, 40 % at 1. */
  private static final TreeMap<Integer, Double> ACCURACIES =
      new TreeMap<>(Map.of(-4, 0.3, -2, 0.5, 0, 0.4));

  private static Readings readings(double edge, double minimum) {
    return new Readings(
        OptionalDouble.of(edge),
        OptionalDouble.of(0.25),
        OptionalDouble.of(minimum),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  @Test
  void theAccuracyBetweenTwoRatesIsInterpolatedOverTheLogarithm() {
    assertThat(SuggestionTables.accuracy(ACCURACIES, 0.1)).isEqualTo(0.5);
    assertThat(SuggestionTables.accuracy(ACCURACIES, 0.01 * Math.pow(10, 0.25)))
        .isCloseTo(0.35, within(1e-12));
    assertThat(SuggestionTables.accuracy(ACCURACIES, Math.sqrt(0.1)))
        .isCloseTo(0.45, within(1e-12));
  }

  @Test
  void beyondTheGridTheAccuracyIsThatOfItsEnd() {
    assertThat(SuggestionTables.accuracy(ACCURACIES, 1e-5)).isEqualTo(0.3);
    assertThat(SuggestionTables.accuracy(ACCURACIES, 50)).isEqualTo(0.4);
  }

  @Test
  void theCostOfARuleIsTheMeanDistanceToTheBestRate() {
    List<Readings> two = List.of(readings(10, 0.1), readings(1, 0.01));

    assertThat(SuggestionTables.cost(Rule.TENTH_OF_EDGE, 100, ACCURACIES, two).orElseThrow())
        .isCloseTo(5, within(1e-9));
    // 0.25 / 2.5 is the best rate; a fifth of the edge, 2 and 0.2, is above it.
    assertThat(SuggestionTables.cost(Rule.SUGGESTION, 100, ACCURACIES, two).orElseThrow())
        .isCloseTo(0, within(1e-9));
    assertThat(SuggestionTables.cost(Rule.MINIMUM, 100, ACCURACIES, two).orElseThrow())
        .isCloseTo(10, within(1e-9));
  }

  @Test
  void aRuleWithoutItsReadingHasNoCost() {
    assertThat(SuggestionTables.cost(Rule.STEEPEST, 100, ACCURACIES, List.of(readings(10, 0.1))))
        .isEmpty();
  }
}
