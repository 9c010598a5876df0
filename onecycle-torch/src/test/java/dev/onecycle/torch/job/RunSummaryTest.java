package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.ClassificationRecord;
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

  @Test
  void theRecallOfEachClassStandsBesideTheAccuracy() {
    Classification images =
        new Classification(
            1000,
            List.of(new Cell(0, 0, 980), new Cell(0, 1, 10), new Cell(1, 0, 8), new Cell(1, 1, 2)),
            List.of());
    ClassificationRecord last = new ClassificationRecord(1, images, List.of());
    List<EpochRecord> epochs = List.of(NOT, EVALUATED);
    List<String> classes = List.of("cat", "dog", "none");
    assertThat(RunSummary.recalls(epochs, "val", classes, Optional.empty(), Optional.of(last)))
        .containsEntry("validation_balanced_accuracy", (980 / 990.0 + 0.2) / 2)
        .containsEntry("class_recall", Map.of("cat", 980 / 990.0, "dog", 0.2));
    ClassificationRecord older = new ClassificationRecord(0, images, List.of());
    assertThat(RunSummary.recalls(epochs, "val", classes, Optional.empty(), Optional.of(older)))
        .isEmpty();
    Classification tested = new Classification(4, List.of(new Cell(2, 2, 4)), List.of());
    assertThat(RunSummary.recalls(epochs, "val", classes, Optional.of(tested), Optional.of(last)))
        .containsEntry("test_balanced_accuracy", 1.0)
        .containsEntry("class_recall", Map.of("none", 1.0));
  }
}
