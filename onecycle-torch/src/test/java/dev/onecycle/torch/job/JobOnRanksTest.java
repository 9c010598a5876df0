package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.OnecycleException;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.RunRecord;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.TestRanks;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run on ranks is a run like any other. */
@Timeout(300)
@Tag("long")
class JobOnRanksTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 12);
  private static final List<String> CLASSES = List.of("red", "green", "blue");

  @TempDir Path temp;

  private static TrainingTask task() {
    return task(200);
  }

  private static TrainingTask task(int images) {
    ImageDataset train = ImageSets.coloured(1, images, CLASSES, SHAPE);
    ImageDataset test = ImageSets.coloured(2, 90, CLASSES, SHAPE);
    return TrainingTask.of("colours", train, test, Models.resnet(8, SHAPE, 3, 0));
  }

  private static TrainingConfig config(int threads) {
    return TrainingConfig.defaults()
        .with(TrainingConfig.EPOCHS, 3)
        .with(TrainingConfig.BATCH_SIZE, 64)
        .with(TrainingConfig.MAX_LR, 0.1)
        .with(TrainingConfig.PRECISION, Precision.FP32)
        .with(TrainingConfig.REESTIMATE_BATCHNORM, 2)
        .with(TrainingConfig.THREADS, threads);
  }

  /** A control of a rank that is to stop at a step. */
  private record Stop(ProcessGroup ranks, long at, AtomicBoolean stop)
      implements RunControl, RunListener {
    @Override
    public boolean stopRequested() {
      return stop.get();
    }

    @Override
    public void step(StepRecord step) {
      stop.compareAndSet(false, step.step() == at);
    }

    @Override
    public <T> T uninterrupted(Supplier<T> work) {
      return work.get();
    }
  }

  private static List<RunSummary> start(int size, Path folder, TrainingConfig config) {
    return TestRanks.run(
        size, group -> TrainingJob.start(config, folder, task(), RunControl.on(group)));
  }

  private static List<RunSummary> stopped(int size, Path folder, int threads) {
    return TestRanks.run(
        size,
        group -> {
          Stop stop = new Stop(group, 4, new AtomicBoolean());
          return TrainingJob.start(config(threads), folder, task(), stop, stop);
        });
  }

  private static List<RunSummary> resume(int size, Path folder, RunListener... listeners) {
    return TestRanks.run(
        size,
        group ->
            TrainingJob.resume(
                folder, task(), ResumeOptions.NONE, RunControl.on(group), listeners));
  }

  private static List<RunSummary> resumedAndStopped(
      int size, Path folder, long at, RunListener listener) {
    return TestRanks.run(
        size,
        group -> {
          Stop stop = new Stop(group, at, new AtomicBoolean());
          return TrainingJob.resume(folder, task(), ResumeOptions.NONE, stop, stop, listener);
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rankZeroAloneWritesTheRunOfTwoThreads(boolean synced) throws Exception {
    Path one = temp.resolve("one");
    Path two = temp.resolve("two");
    Setting<Boolean> sync = TrainingConfig.SYNC_BATCHNORM;
    RunSummary alone = TrainingJob.start(config(2).with(sync, synced), one, task());
    List<RunSummary> ranks = start(2, two, config(1).with(sync, synced));
    assertThat(ranks).allSatisfy(run -> assertThat(run.isFinished()).isTrue());
    assertThat(two.resolve(ModelFile.NAME)).hasSameBinaryContentAs(one.resolve(ModelFile.NAME));
    assertThat(two.resolve(RunFolder.STEPS)).hasSameBinaryContentAs(one.resolve(RunFolder.STEPS));
    assertThat(ranks.get(1).accuracy()).isEqualTo(alone.accuracy());
    RunRecord record = RunFolder.read(two);
    assertThat(record.resolved()).containsEntry("ranks", 2).containsEntry("threads", 1);
    assertThat(record.conditions()).isEqualTo(alone.record().conditions());
    assertThat(record.conditions().get(Setup.REPLICAS)).isEqualTo(synced ? "1" : "2");
    try (var files = Files.list(two)) {
      assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void aStoppedRunIsResumedToTheSameBits() {
    Path whole = temp.resolve("whole");
    Path stopped = temp.resolve("stopped");
    List<RunSummary> unused = start(2, whole, config(1));
    assertThat(stopped(2, stopped, 1)).noneMatch(RunSummary::isFinished);
    assertThat(resume(2, stopped)).allMatch(RunSummary::isFinished);
    assertThat(stopped.resolve(ModelFile.NAME))
        .hasSameBinaryContentAs(whole.resolve(ModelFile.NAME));
    assertThat(resume(2, stopped)).allMatch(RunSummary::isFinished);
  }

  /** Rank 1 is on another machine, which has no folder of the run. */
  @Test
  void ranksOfOtherMachinesKnowThatARunIsFinished() {
    Path folder = temp.resolve("run");
    List<RunSummary> unused = start(2, folder, config(1));
    List<RunSummary> again =
        TestRanks.run(
            2,
            group ->
                TrainingJob.resume(
                    group.isFirst() ? folder : temp.resolve("elsewhere"),
                    task(),
                    ResumeOptions.NONE,
                    RunControl.on(group)));
    assertThat(again).allMatch(RunSummary::isFinished);
    assertThat(again.get(1).epochs()).hasSize(3).isEqualTo(again.get(0).epochs());
    assertThat(again.get(1).accuracy()).isEqualTo(again.get(0).accuracy());
  }

  @Test
  void anInterruptOfOneRankStopsAll() {
    Path whole = temp.resolve("whole");
    Path stopped = temp.resolve("stopped");
    List<RunSummary> unused = start(2, whole, config(1));
    CompletableFuture<Thread> second = new CompletableFuture<>();
    List<Boolean> interrupted = new CopyOnWriteArrayList<>();
    RunListener interrupting =
        new RunListener() {
          @Override
          public void step(StepRecord step) {
            if (step.step() == 3) {
              second.join().interrupt();
            }
          }
        };
    List<RunSummary> runs =
        TestRanks.run(
            2,
            group -> {
              if (!group.isFirst()) {
                second.complete(Thread.currentThread());
              }
              RunSummary run =
                  TrainingJob.start(config(1), stopped, task(), RunControl.on(group), interrupting);
              if (!group.isFirst()) {
                interrupted.add(Thread.interrupted());
              }
              return run;
            });
    assertThat(runs).noneMatch(RunSummary::isFinished);
    assertThat(interrupted).containsExactly(true);
    assertThat(resume(2, stopped)).allMatch(RunSummary::isFinished);
    assertThat(stopped.resolve(ModelFile.NAME))
        .hasSameBinaryContentAs(whole.resolve(ModelFile.NAME));
  }

  @Test
  void ranksWithOtherSettingsAreRefused() {
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group ->
                        TrainingJob.start(
                            config(1).with(TrainingConfig.EVALUATE_EVERY, group.isFirst() ? 1 : 2),
                            temp.resolve("other"),
                            task(),
                            RunControl.on(group))))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("evaluate_every");
  }

  @Test
  void ranksWithOtherThreadsAreRefused() {
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group ->
                        TrainingJob.start(
                            config(group.isFirst() ? 1 : 2),
                            temp.resolve("other"),
                            task(),
                            RunControl.on(group))))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("threads");
  }

  @Test
  void ranksWithOtherPeaksAreRefused() {
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group ->
                        TrainingJob.start(
                            config(1).with(TrainingConfig.MAX_LR, group.isFirst() ? 0.1 : 0.2),
                            temp.resolve("peaks"),
                            task(),
                            RunControl.on(group))))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("max_lr must be 0.1 on all ranks but rank 1 has another");
  }

  @Test
  void aDivergenceEndsAllRanks() {
    List<String> ends = new CopyOnWriteArrayList<>();
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group -> {
                      try {
                        return TrainingJob.start(
                            config(1).with(TrainingConfig.MAX_LR, 1e12),
                            temp.resolve("diverged"),
                            task(),
                            RunControl.on(group));
                      } catch (DivergedException e) {
                        ends.add(String.valueOf(e.getMessage()));
                        throw e;
                      }
                    }))
        .isInstanceOf(DivergedException.class);
    assertThat(ends).hasSize(2);
  }

  @Test
  void anotherNumberOfRanksGoesOnWithTheSameImages() {
    Path whole = temp.resolve("whole");
    List<RunSummary> unused = start(2, whole, config(1));
    for (int size : new int[] {1, 3}) {
      Path stopped = temp.resolve("stopped" + size);
      assertThat(stopped(2, stopped, 1)).noneMatch(RunSummary::isFinished);
      List<String> notes = new ArrayList<>();
      RunListener listener =
          new RunListener() {
            @Override
            public void note(String sentence) {
              notes.add(sentence);
            }
          };
      assertThat(resumedAndStopped(size, stopped, 6, listener)).noneMatch(RunSummary::isFinished);
      assertThat(resume(size, stopped)).allMatch(RunSummary::isFinished);
      assertThat(notes)
          .anySatisfy(
              note ->
                  assertThat(note)
                      .contains("was on 2 ranks and goes on on " + size)
                      .contains("the same images")
                      .contains("batch norms see parts of 1/" + size));
      assertThat(RunFolder.read(stopped).resolved()).containsEntry("ranks", size);
      float[] wanted = last(whole);
      float[] found = last(stopped);
      for (int i = 0; i < wanted.length; i++) {
        assertThat(found[i]).isCloseTo(wanted[i], within(0.1f));
      }
    }
  }

  private static float[] last(Path run) {
    return ModelFile.read(run.resolve(ModelFile.NAME)).tensors().stream()
        .filter(tensor -> tensor.name().equals("fc.weight"))
        .map(NamedTensor::values)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRateIsFoundTogether() {
    TrainingConfig found =
        config(1)
            .without(TrainingConfig.MAX_LR)
            .with(TrainingConfig.RANGE_STEPS, 40)
            .with(TrainingConfig.RANGE_REPEATS, 1)
            .with(TrainingConfig.RANGE_BATCHES, 1);
    List<RunSummary> ranks = start(2, temp.resolve("found"), found);
    RunSummary alone =
        TrainingJob.start(found.with(TrainingConfig.THREADS, 2), temp.resolve("alone"), task());
    assertThat(ranks)
        .allSatisfy(run -> assertThat(run.learningRate()).isEqualTo(alone.learningRate()));
  }

  @Test
  void timeIsMeasuredByRankZero() {
    TrainingConfig timed =
        config(1).without(TrainingConfig.EPOCHS).with(TrainingConfig.MINUTES, 0.1);
    List<RunSummary> ranks = start(2, temp.resolve("timed"), timed);
    assertThat(ranks).allMatch(RunSummary::isFinished);
    assertThat(ranks.get(0).record().policy().steps())
        .isEqualTo(ranks.get(1).record().policy().steps());
  }

  @Test
  void ranksWithOtherImagesAreRefused() {
    assertThatThrownBy(
            () ->
                TestRanks.run(
                    2,
                    group ->
                        TrainingJob.start(
                            config(1),
                            temp.resolve("other"),
                            task(200 + group.rank()),
                            RunControl.on(group))))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("images");
    assertThat(temp.resolve("other")).doesNotExist();
  }

  @Test
  void aFolderThatIsInUseEndsAllRanks() throws Exception {
    Path used = Files.createDirectory(temp.resolve("used"));
    Files.createFile(used.resolve("mine.txt"));
    assertThatThrownBy(() -> start(2, used, config(1)))
        .isInstanceOf(OnecycleException.class)
        .hasMessageContaining("output folder must be new or empty");
  }
}
