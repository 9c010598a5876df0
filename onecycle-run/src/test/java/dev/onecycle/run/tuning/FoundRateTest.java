package dev.onecycle.run.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.ConditionsTest;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.SweepFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoundRateTest {
  @TempDir Path folder;

  @Test
  void aRateComesBackEqualWithItsEvidence() {
    Path file = folder.resolve("result.json");
    RangeSummary summary =
        RangeSummary.of(
            List.of(
                TuningJournalTest.endingIn(Double.NaN),
                TuningJournalTest.endingIn(Double.POSITIVE_INFINITY)));
    FoundRate tested =
        FoundRate.suggested(
            List.of("onecycle", "find-lr"), 752, ConditionsTest.some(), Evidence.of(summary));
    tested.write(file);
    assertThat(FoundRate.read(file)).isEqualTo(tested);
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(SweepFixtures.cycled(0, 0.3), SweepFixtures.divergedCycle(0.5)));
    FoundRate swept =
        new FoundRate(
            List.of("x"),
            OptionalDouble.of(0.1),
            OptionalLong.empty(),
            ConditionsTest.some(),
            Evidence.of(sweep));
    swept.write(file);
    assertThat(FoundRate.readWithRate(file)).isEqualTo(swept);
  }

  @Test
  void evidenceWithoutARateIsRefusedWhereTheRateIsNeeded() {
    Path file = folder.resolve("result.json");
    Sweep sweep =
        Sweep.byEdge(
            Hyperparameter.DROPOUT, List.of(SweepFixtures.candidate(0, SweepFixtures.noisy(1))));
    FoundRate none =
        new FoundRate(
            List.of(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            ConditionsTest.some(),
            Evidence.of(sweep));
    none.write(file);
    assertThat(FoundRate.read(file)).isEqualTo(none);
    assertThatThrownBy(() -> FoundRate.readWithRate(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("gives no learning rate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "[]",
        "{\"learning_rate\": 1}",
        "{\"conditions\": {}}",
        "\u0000"
      })
  void whatIsNoResultIsRefused(String text) throws IOException {
    Path file = folder.resolve("result.json");
    Files.writeString(file, text);
    assertThatThrownBy(() -> FoundRate.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file.toString());
  }
}
