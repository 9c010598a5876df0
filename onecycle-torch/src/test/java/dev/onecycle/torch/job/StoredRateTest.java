package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredRateTest {
  /** Falls from 2.3 to 1.3 around a rate of 0.01, and rises for good from 1 on. */
  private static final RangeSummary TESTS =
      RangeSummary.of(
          List.of(
              RangeTest.atMomentum(0.85)
                  .run(
                      (rate, momentum) ->
                          rate > 1 ? 2.3 * rate : 2.3 - 1 / (1 + Math.pow(0.01 / rate, 2)))));

  @TempDir Path folder;

  @Test
  void aSuggestionIsForTheStepsOfTheTrainingThatUsesIt() {
    SuggestedPeak suggestion = TESTS.suggestion().orElseThrow();
    StoredRate stored =
        stored(FoundRate.suggested(List.of(), 50, conditions(), Evidence.of(TESTS)));
    assertThat(stored.rate(50)).isEqualTo(suggestion.inShortCycle());
    assertThat(stored.rate(20_000)).isEqualTo(suggestion.inLongCycle());
    assertThat(suggestion.inShortCycle()).isNotEqualTo(suggestion.inLongCycle());
    assertThat(stored.dependsOnSteps()).isTrue();
  }

  @Test
  void aChosenRateIsTheSameForAnyLength() {
    StoredRate stored =
        stored(
            new FoundRate(
                List.of(),
                OptionalDouble.of(0.3),
                OptionalLong.empty(),
                conditions(),
                Evidence.of(TESTS)));
    assertThat(stored.rate(50)).isEqualTo(0.3);
    assertThat(stored.rate(20_000)).isEqualTo(0.3);
    assertThat(stored.dependsOnSteps()).isFalse();
  }

  private StoredRate stored(FoundRate found) {
    Path file = folder.resolve("found.json");
    found.write(file);
    return StoredRate.read(file);
  }

  private static Conditions conditions() {
    return Conditions.none();
  }
}
