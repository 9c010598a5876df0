package dev.onecycle.torch.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.batch.Sampling;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunListener;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.distributed.TestRanks;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on a stream of tar shards, by the same job as on other images. */
@Tag("long")
class StreamTrainingTest {
  private static final int SIDE = 16;

  @TempDir Path temp;

  private Path shards() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("shards"));
    int first = 0;
    for (int shard = 0; shard < 5; shard++) {
      int count = 30 + 7 * shard;
      write(folder.resolve("colours-train-000" + shard + ".tar"), first, count);
      first += count;
    }
    write(folder.resolve("colours-val-0000.tar"), 10_000, 60);
    return folder;
  }

  private static void write(Path file, int first, int count) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = first; i < first + count; i++) {
      int label = i % 3;
      files.put(i + ".png", TestData.colourPng(i, label, SIDE, SIDE));
      files.put(i + ".cls", TestData.COLOURS.get(label).getBytes(UTF_8));
    }
    Files.write(file, TestArchives.tar(files));
  }

  private TrainingConfig config(Path data) {
    return TrainingConfig.of(data.toString())
        .with(TrainingConfig.STREAM, true)
        .with(TrainingConfig.STREAM_READERS, 2)
        .with(TrainingConfig.STREAM_WINDOW, 32)
        .with(TrainingConfig.MODEL, "resnet20")
        .with(TrainingConfig.EPOCHS, 3)
        .with(TrainingConfig.BATCH_SIZE, 16)
        .with(TrainingConfig.MAX_LR, 0.05)
        .with(TrainingConfig.THREADS, 1)
        .with(TrainingConfig.CACHE, temp.resolve("cache").toString());
  }

  @Test
  void aStoppedRunIsResumedToTheSameBits() throws IOException {
    Path data = shards();
    RunSummary whole = TrainingJob.start(config(data), temp.resolve("whole"));
    assertThat(whole.accuracy()).isGreaterThan(0.9);
    assertThat(whole.record().data().evaluationName()).isEqualTo("val");
    for (int last : new int[] {7, 30}) {
      Path stopped = temp.resolve("stopped-" + last);
      AtomicBoolean stop = new AtomicBoolean();
      RunListener watch =
          new RunListener() {
            @Override
            public void step(StepRecord step) {
              stop.set(step.step() == last);
            }
          };
      assertThat(TrainingJob.start(config(data), stopped, stoppedBy(stop), watch).isFinished())
          .isFalse();
      assertThat(TrainingJob.resume(stopped).isFinished()).isTrue();
      assertThat(stopped.resolve(ModelFile.NAME))
          .hasSameBinaryContentAs(temp.resolve("whole").resolve(ModelFile.NAME));
    }
  }

  /** A copy of the folder in the middle of an epoch is what a killed process leaves. */
  @Test
  void aKilledRunGoesOnFromItsNewestCheckpoint() throws IOException {
    TrainingConfig config =
        config(shards())
            .with(TrainingConfig.EPOCHS, 2)
            .with(TrainingConfig.CHECKPOINT_MINUTES, 1e-5);
    Path whole = temp.resolve("undisturbed");
    Path left = temp.resolve("left");
    RunListener watch =
        new RunListener() {
          @Override
          public void step(StepRecord step) {
            if (step.step() == 17) {
              copy(whole, left);
            }
          }
        };
    RunSummary unused = TrainingJob.start(config, whole, RunControl.INTERRUPTS, watch);
    List<Long> resumed = new ArrayList<>();
    RunListener first =
        new RunListener() {
          @Override
          public void step(StepRecord step) {
            resumed.add(step.step());
          }
        };
    assertThat(TrainingJob.resume(left, ResumeOptions.NONE, RunControl.INTERRUPTS, first))
        .matches(RunSummary::isFinished);
    assertThat(resumed.get(0)).isBetween(16L, 18L);
    assertThat(left.resolve(ModelFile.NAME)).hasSameBinaryContentAs(whole.resolve(ModelFile.NAME));
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RunControl stoppedBy(AtomicBoolean stop) {
    return new RunControl() {
      @Override
      public boolean stopRequested() {
        return stop.get();
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return work.get();
      }
    };
  }

  @Test
  void aRangeTestFindsTheRateAndHeldOutShardsJudge() throws IOException {
    Path data = shards();
    Files.delete(data.resolve("colours-val-0000.tar"));
    TrainingConfig config =
        config(data)
            .without(TrainingConfig.MAX_LR)
            .with(TrainingConfig.RANGE_STEPS, 40)
            .with(TrainingConfig.RANGE_REPEATS, 1);
    RunSummary run = TrainingJob.start(config, temp.resolve("found"));
    assertThat(run.isFinished()).isTrue();
    assertThat(run.record().data().evaluationName()).isEqualTo("held-out tenth");
  }

  private Path shardsWithADamagedImage() throws IOException {
    Path data = shards();
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      files.put("x" + i + ".png", i == 5 ? new byte[9] : TestData.colourPng(i, i % 3, SIDE, SIDE));
      files.put("x" + i + ".cls", TestData.COLOURS.get(i % 3).getBytes(UTF_8));
    }
    Files.write(data.resolve("colours-train-0009.tar"), TestArchives.tar(files));
    return data;
  }

  private static JobListener collecting(List<String> warnings) {
    return new JobListener() {
      @Override
      public void warning(String message) {
        warnings.add(message);
      }
    };
  }

  @Test
  void anImageThatCannotBeUsedIsToldAfterTheEpoch() throws IOException {
    Path data = shardsWithADamagedImage();
    assertThatThrownBy(() -> TrainingJob.start(config(data), temp.resolve("refused")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("colours-train-0009.tar/x5.png", "skip_bad");
    List<String> warnings = new ArrayList<>();
    JobListener watch = collecting(warnings);
    TrainingConfig lenient =
        config(data)
            .with(TrainingConfig.SKIP_BAD, true)
            .with(TrainingConfig.MODEL, "fast") // its first layer is computed from the images
            .with(TrainingConfig.EPOCHS, 2);
    TrainingJob.start(lenient, temp.resolve("lenient"), RunControl.INTERRUPTS, watch);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("1 image could not be used so far")
        .contains("colours-train-0009.tar/x5.png");
  }

  /** In each epoch another rank may read an image: it counts once. */
  @Test
  void ofRanksTheFirstTellsItsOwnAndWhetherOthersHaveSome() throws IOException {
    Path data = shardsWithADamagedImage();
    List<String> warnings = new CopyOnWriteArrayList<>();
    JobListener watch = collecting(warnings);
    TrainingConfig lenient = config(data).with(TrainingConfig.SKIP_BAD, true);
    List<RunSummary> unused =
        TestRanks.run(
            2,
            group ->
                TrainingJob.start(lenient, temp.resolve("ranks"), RunControl.on(group), watch));
    assertThat(warnings)
        .allMatch(
            said -> said.startsWith("1 image could not be used") || said.startsWith("Other ranks"))
        .anyMatch(said -> said.contains("x5.png"))
        .anyMatch(said -> said.startsWith("Other ranks"))
        .hasSize(2);
  }

  @Test
  void whatAStreamCannotDoIsRefused() throws IOException {
    Path data = shards();
    TrainingConfig config = config(data);
    requireRefused(config.with(TrainingConfig.LIMIT, 50), "limit", "name fewer shards");
    requireRefused(config.with(TrainingConfig.LABEL_PATTERN, "(.+)_[0-9]+"), "label_pattern");
    requireRefused(config.with(TrainingConfig.SAMPLING, Sampling.BALANCED), "sampling", "stream");
    requireRefused(config.with(TrainingConfig.VALIDATION_SHARE, 0.2), "validation_share", "val");
    assertThatThrownBy(
            () ->
                TrainingJob.start(
                    config.with(TrainingConfig.DATA, "shapes"), temp.resolve("refused")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("shapes must be tar shards", "leave stream out");
  }

  private void requireRefused(TrainingConfig config, String... parts) {
    assertThatThrownBy(() -> TrainingJob.start(config, temp.resolve("refused")))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContainingAll(parts);
  }
}
