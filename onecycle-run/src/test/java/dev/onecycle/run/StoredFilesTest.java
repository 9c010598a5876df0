package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.Readings;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Confidence;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.run.checkpoint.CheckpointFolder.Part;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of file, letter by letter: a change of code that changes a file fails here. Where the
 * change is meant, {@code -Dstored.update=true} writes the expected texts anew.
 */
final class StoredFilesTest {
  private static final boolean UPDATE = Boolean.getBoolean("stored.update");

  @TempDir Path folder;

  private static final EpochRecord EVALUATED =
      new EpochRecord(0, 2, 2.25, 90.5, 1.25, Optional.of(new Evaluated(2.125, 0.5, 0.25)));
  private static final EpochRecord NOT_EVALUATED =
      new EpochRecord(1, 4, 2.0, 91, 1.5, Optional.empty());

  private static final RangeResult TEST =
      new RangeResult(
          List.of(
              new RangePoint(0, 1e-6, 2.3, 2.3), new RangePoint(1, 0.5, Double.NaN, Double.NaN)),
          new RangeStop(StopReason.NON_FINITE, 4, true),
          0.85,
          Optional.of(LossScale.of(2.25, 0)),
          new Readings(
              OptionalDouble.of(3),
              OptionalDouble.of(0.75),
              OptionalDouble.of(0.5),
              OptionalDouble.of(0.25),
              OptionalDouble.empty()),
          new Verdict(Verdict.Kind.CLEAR, "The loss fell.", "do so"));
  private static final RangeSummary TESTS = RangeSummary.of(List.of(TEST));
  private static final Candidate CANDIDATE =
      new Candidate(
          0.25,
          TESTS,
          Optional.of(new CycleOutcome(0.3, List.of(EVALUATED, NOT_EVALUATED), 100, false)));
  private static final Sweep SWEEP =
      new Sweep(
          Hyperparameter.WEIGHT_DECAY, List.of(CANDIDATE), OptionalDouble.of(0.25), "The best.");
  private static final BatchSizeResult SIZES =
      new BatchSizeResult(
          new BatchSizes(50_000, 10, OptionalLong.of(1L << 30)),
          List.of(
              BatchTrial.completed(32, OptionalLong.of(1 << 20), 900.5),
              BatchTrial.failed(64, "ran out of memory")),
          32,
          32,
          "32 is the largest that fits.");

  @Test
  void runRecord() {
    RunRecord record =
        RunRecord.of(
                new RunRecord.Data(
                    "photos",
                    "abc",
                    List.of("cat", "dog"),
                    List.of(3, 8, 8),
                    10,
                    new RunRecord.Evaluation("test", 5)),
                RunRecord.PolicySummary.of(OneCycle.of(30, 0.1)),
                conditions())
            .withOrigin("2026-01-01T00:00:00Z", List.of("onecycle", "train"), Map.of("java", "17"))
            .withConfig(Map.of("batch_size", 4), Map.of("precision", "fp32"))
            .withLearningRateSource(
                "found", List.of(new Conditions.Difference("dropout", "0", "0.1")))
            .withPolicy(
                OneCycle.of(30, 0.1), List.of(new Amendment(5, 0.5, 3, "the loss diverged")))
            .withEnd(RunRecord.Status.FINISHED, "2026-01-01T00:01:00Z", Map.of("accuracy", 0.5));
    json("run.json", record, RunRecord.class);
  }

  @Test
  void stepsAndEpochs() throws IOException {
    Path run = folder.resolve("run");
    try (RunFolder files = RunFolder.create(run, RunFolderTest.record())) {
      files.step(new StepRecord(0, 0, 0.1, 0.95, 2.5));
      files.step(new StepRecord(1, 0, 1e-30, 0.85, Double.NaN));
      files.epoch(EVALUATED);
      files.epoch(NOT_EVALUATED);
    }
    same("steps.csv", Files.readString(run.resolve(RunFolder.STEPS)));
    same("epochs.csv", Files.readString(run.resolve(RunFolder.EPOCHS)));
    RunHistory history = RunHistory.read(run);
    assertThat(history.epochs()).containsExactly(EVALUATED, NOT_EVALUATED);
    assertThat(history.steps().get(1)).isEqualTo(new StepRecord(1, 0, 1e-30, 0.85, Double.NaN));
  }

  @Test
  void classification() {
    Classification classification =
        new Classification(
            3,
            List.of(new Cell(0, 1, 1), new Cell(1, 1, 2)),
            List.of(new Mistake(7, "a/b.png", 0, 1, new Confidence(0.75, 0.25, 1.5))));
    json(
        "classification.json",
        new ClassificationRecord(
            4, classification, List.of(new ClassificationRecord.Picture(new byte[] {1, 2, 3}))),
        ClassificationRecord.class);
  }

  @Test
  void trainingImages() {
    json(
        TrainingImages.FILE,
        new TrainingImages(
            "flip, rotation 10°",
            List.of(
                new TrainingImages.Labelled(
                    2, new ClassificationRecord.Picture(new byte[] {1, 2, 3})))),
        TrainingImages.class);
  }

  @Test
  void position() {
    json(
        "position.json",
        new TrainingPosition(
            5,
            List.of(EVALUATED, NOT_EVALUATED),
            12.5,
            64,
            0.75,
            new LossWatch(2.5, List.of(3L, 4L), 4, 2)),
        TrainingPosition.class);
  }

  @Test
  void evidenceAndFoundRate() {
    Evidence evidence = Evidence.of(SWEEP);
    json("evidence.json", evidence, Evidence.class);
    FoundRate found =
        new FoundRate(
            List.of("onecycle", "sweep"),
            OptionalDouble.of(0.3),
            OptionalLong.of(752),
            conditions(),
            evidence);
    json("found-rate.json", found, FoundRate.class);
  }

  @Test
  void tuning() throws IOException {
    Map<String, String> request = new TreeMap<>(Map.of("seed", "0", "epochs", "5"));
    TuningJournal journal = TuningJournal.open(folder, request, Runnable::run);
    journal.computeIfAbsent("batch sizes", BatchSizeResult.class, () -> SIZES);
    journal.computeIfAbsent("range test", RangeResult.class, () -> TEST);
    TuningResult result = new TuningResult(0.3, 32, Optional.of(SIZES), List.of(SWEEP), TESTS);
    journal.conclude(result);
    same("tuning.json", Files.readString(folder.resolve(TuningJournal.FILE)));
    assertThat(TuningJournal.result(folder)).contains(result);
  }

  @Test
  void recipe() throws IOException {
    Recipe recipe =
        new Recipe(
            Recipe.FORMAT,
            List.of("onecycle", "tune", "my photos"),
            new TreeMap<>(Map.of("batch_size", "128", "max_lr", "0.3")),
            Map.of("max_lr", "A tenth of 3."),
            conditions());
    Path file = folder.resolve("recipe.yaml");
    recipe.write(file);
    same("recipe.yaml", Files.readString(file));
    assertThat(Recipe.read(file)).isEqualTo(recipe);
  }

  @Test
  void manifest() throws IOException {
    byte[] content = "x".getBytes(StandardCharsets.UTF_8);
    Path saved =
        new CheckpointFolder(folder)
            .save(5, 1, true, 5, List.of(new Part("model.txt", out -> out.write(content))));
    same("MANIFEST.json", Files.readString(saved.resolve("MANIFEST.json")));
    assertThat(saved.getFileName()).hasToString("step-0000000005-epoch-000001");
    assertThat(new CheckpointFolder(folder).newest(checkpoint -> checkpoint.files()).value())
        .isNotEmpty();
  }

  private static Conditions conditions() {
    return Conditions.none().with("model", "tiny").with("weight_decay", 1e-4).with("crop", true);
  }

  private <T> void json(String name, T value, Class<T> type) {
    Path file = folder.resolve(name);
    JsonFile.write(file, value);
    try {
      same(name, Files.readString(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    assertThat(JsonFile.read(file, type, "it")).isEqualTo(value);
  }

  private static void same(String name, String text) throws IOException {
    if (UPDATE) {
      Path source = Files.createDirectories(Path.of("src/test/resources/stored"));
      Files.writeString(source.resolve(name), text);
      return;
    }
    try (var expected = StoredFilesTest.class.getResourceAsStream("/stored/" + name)) {
      assertThat(text.lines())
          .as(name)
          .containsExactlyElementsOf(
              new String(
                      Objects.requireNonNull(expected, name).readAllBytes(), StandardCharsets.UTF_8)
                  .lines()
                  .toList());
    }
  }
}
