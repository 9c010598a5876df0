package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.run.Classification;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                "samples_per_second",
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
        .containsOnlyKeys("epochs", "train_loss", "samples_per_second", "train_seconds");
  }

  /** Three epochs of 12 images, whose accuracies are then put to the test. */
  @Test
  void itSaysWhichEpochsWeightsAreSaved(@TempDir Path temp) throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 4, 2, 16, 16);
    TrainingConfig config =
        TrainingConfig.of(data.toString())
            .with(TrainingConfig.CACHE, temp.resolve("cache").toString())
            .with(TrainingConfig.THREADS, 1)
            .with(TrainingConfig.BATCH_SIZE, 4)
            .with(TrainingConfig.EPOCHS, 3)
            .with(TrainingConfig.MAX_LR, 0.001);
    RunSummary run = TrainingJob.start(config, temp.resolve("run"));
    assertThat(with(run, 0.5, 0.5, 0.75).weights())
        .hasValue("The model has the weights after epoch 3, the last.");
    assertThat(with(run, 1, 0.5, 1).weights())
        .hasValue("The model has the weights after epoch 3, the last.");
    CheckpointFolder checkpoints = new CheckpointFolder(run.folder());
    int best = IntStream.rangeClosed(1, 3).filter(e -> checkpoints.best(e).isPresent()).sum();
    Path kept = checkpoints.best(best).orElseThrow().resolve(ModelFile.NAME);
    assertThat(kept).isRegularFile();
    assertThat(with(run, 0.5, 0.75, 0.5).weights().orElseThrow())
        .startsWith(
            "The model has the weights after epoch 3, the last; the accuracy was highest after"
                + " epoch 2, 75.00 %")
        .endsWith(best == 2 ? ", whose weights are in " + kept + "." : "75.00 %.");
    assertThat(with(run).weights()).isEmpty();
  }

  private static RunSummary with(RunSummary run, double... accuracies) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (double accuracy : accuracies) {
      int epoch = epochs.size();
      Optional<Evaluated> evaluated = Optional.of(new Evaluated(1, accuracy, 1));
      epochs.add(new EpochRecord(epoch, 3 * epoch + 3, 1, 100, 1, evaluated));
    }
    return new RunSummary(run.folder(), run.record(), epochs);
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
