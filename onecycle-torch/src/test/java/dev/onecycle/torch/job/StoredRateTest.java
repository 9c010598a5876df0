package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.tune.TuningResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    assertThat(stored.length().steps()).hasValue(50);
    assertThat(stored.rate(50, OptionalLong.of(50))).isEqualTo(suggestion.inShortCycle());
    assertThat(stored.rate(20_000, OptionalLong.of(50))).isEqualTo(suggestion.inLongCycle());
    assertThat(suggestion.inShortCycle()).isNotEqualTo(suggestion.inLongCycle());
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
    assertThat(stored.suggestion()).isEmpty();
    assertThat(stored.rate(50, OptionalLong.empty())).isEqualTo(0.3);
    assertThat(stored.rate(20_000, OptionalLong.of(50))).isEqualTo(0.3);
  }

  /** Someone who changes the rate in the file wants that rate. */
  @Test
  void aRateThatIsNotTheSuggestionIsAChosenOne() {
    StoredRate stored =
        stored(
            new FoundRate(
                List.of(),
                OptionalDouble.of(0.3),
                OptionalLong.of(50),
                conditions(),
                Evidence.of(TESTS)));
    assertThat(stored.rate(20_000, OptionalLong.of(50))).isEqualTo(0.3);
  }

  /** Its steps depend on the images; its tuning lies beside it. */
  @Test
  void aRecipeIsForItsEpochsAndCountsOnItsTuning() {
    SuggestedPeak suggestion = TESTS.suggestion().orElseThrow();
    Path recipe = folder.resolve("recipe.yaml");
    write(recipe, "0.0123");
    assertThat(StoredRate.read(recipe).suggestion()).as("no tuning beside it").isEmpty();
    TuningJournal.open(folder, Map.of(), Runnable::run)
        .conclude(new TuningResult(0.0123, 16, Optional.empty(), List.of(), TESTS));
    StoredRate stored = StoredRate.read(recipe);
    assertThat(stored.length().epochs()).hasValue(30);
    assertThat(stored.suggestion()).hasValue(suggestion);
    assertThat(stored.rate(20_000, OptionalLong.of(50))).isEqualTo(suggestion.inLongCycle());
    assertThat(stored.rate(50, OptionalLong.of(50))).as("its own three digits").isEqualTo(0.0123);
    write(recipe, "0.02");
    assertThat(StoredRate.read(recipe).suggestion()).as("changed since").isEmpty();
  }

  private static void write(Path recipe, String rate) {
    new Recipe(
            Recipe.FORMAT,
            List.of(),
            Map.of("epochs", "30", "max_lr", rate),
            Map.of(),
            conditions())
        .write(recipe);
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
