package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunSummaryTest {
  private static final EpochRecord NOT = new EpochRecord(0, 2, 3, 100, 2, Optional.empty());
  private static final EpochRecord EVALUATED =
      new EpochRecord(1, 4, 2, 100, 2, Optional.of(new EpochRecord.Evaluated(1.75, 0.5, 1)));
  private static final EpochRecord NOT_AGAIN = new EpochRecord(2, 6, 1, 100, 2, Optional.empty());

  @Test
  void theLastEvaluationIsTheResult() {
    assertThat(RunSummary.outcome(List.of(NOT, EVALUATED), "test", Optional.empty()))
        .isEqualTo(
            Map.of(
                "epochs",
                2,
                "test_accuracy",
                0.5,
                "test_loss",
                1.75,
                "train_loss",
                2.0,
                "images_per_second",
                100.0,
                "train_seconds",
                4.0));
  }

  @Test
  void itSaysAfterWhichEpochItWasWhereThatIsNotTheLast() {
    assertThat(RunSummary.outcome(List.of(NOT, EVALUATED, NOT_AGAIN), "val", Optional.empty()))
        .containsEntry("epochs", 3)
        .containsEntry("validation_accuracy", 0.5)
        .containsEntry("validation_loss", 1.75)
        .containsEntry("evaluated_after_epochs", 2)
        .containsEntry("train_loss", 1.0);
  }

  @Test
  void withoutAnEvaluationThereIsNone() {
    assertThat(RunSummary.outcome(List.of(NOT), "test", Optional.empty()))
        .containsOnlyKeys("epochs", "train_loss", "images_per_second", "train_seconds");
  }
}
