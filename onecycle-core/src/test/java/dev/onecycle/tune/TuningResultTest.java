package dev.onecycle.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.range.RangeSummary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class TuningResultTest {
  private static final RangeSummary RANGE = RangeSummary.of(List.of(SweepFixtures.leaving(3)));
  private static final Sweep DROPOUT =
      Sweep.byCycle(
          Hyperparameter.DROPOUT,
          List.of(SweepFixtures.cycled(0, 0.3), SweepFixtures.cycled(0.5, 0.9)));
  private static final BatchSizeResult SIZES =
      new BatchSizes(50_000, 10, OptionalLong.empty())
          .search(size -> BatchTrial.completed(size, OptionalLong.empty(), size), trial -> {});

  @Test
  void givenValuesAreNotChosen() {
    TuningResult result = new TuningResult(0.3, 64, Optional.empty(), List.of(DROPOUT), RANGE);
    assertThat(result.chosen()).isEqualTo(Map.of(Hyperparameter.DROPOUT, 0.5));
    assertThat(result.reasons()).isEqualTo(Map.of(Hyperparameter.DROPOUT, DROPOUT.explanation()));
  }

  @Test
  void aSearchedBatchSizeIsChosenWithItsReason() {
    TuningResult result = new TuningResult(0.3, SIZES.knee(), Optional.of(SIZES), List.of(), RANGE);
    assertThat(result.chosen()).isEqualTo(Map.of(Hyperparameter.BATCH_SIZE, (double) SIZES.knee()));
    assertThat(result.reasons().get(Hyperparameter.BATCH_SIZE))
        .isEqualTo(SIZES.reason(SIZES.knee()));
  }

  @Test
  void aBatchSizeChosenByCyclesNamesItsSpeed() {
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.BATCH_SIZE,
            List.of(SweepFixtures.cycled(32, 0.3), SweepFixtures.cycled(64, 0.9)));
    TuningResult result = new TuningResult(0.3, 64, Optional.of(SIZES), List.of(sweep), RANGE);
    assertThat(result.chosen()).isEqualTo(Map.of(Hyperparameter.BATCH_SIZE, 64.0));
    assertThat(result.reasons().get(Hyperparameter.BATCH_SIZE))
        .isEqualTo(sweep.explanation() + " It computes " + SIZES.speedOf(64) + ".");
  }
}
