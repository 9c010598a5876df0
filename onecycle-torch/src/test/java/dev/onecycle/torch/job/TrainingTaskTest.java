package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.Measure;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.train.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A run of a program's own data goes the way of every run. */
class TrainingTaskTest {
  @TempDir Path temp;

  private static Dataset plane(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[2 * count];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      x[2 * i] = (float) random.nextGaussian();
      x[2 * i + 1] = (float) random.nextGaussian();
      y[i] = (float) Math.sin(x[2 * i]) - x[2 * i + 1] / 2;
    }
    return Samples.ofNumbers(x, 2).withNumbers(List.of("y"), y);
  }

  private static TrainingTask task(Dataset train) {
    return task(train, plane(2, 200), 32);
  }

  private static TrainingTask task(Dataset train, Dataset validation, int width) {
    Layer layers =
        Layer.sequence(
            new Layer.Linear(2, width, true), new Layer.Relu(), new Layer.Linear(width, 1, true));
    return TrainingTask.of(
        "plane", train, validation, new Network("two layers", SampleLayout.numbers(2), 1, layers));
  }

  private static TrainingConfig config() {
    return TrainingConfig.defaults()
        .with(TrainingConfig.EPOCHS, 4)
        .with(TrainingConfig.BATCH_SIZE, 32)
        .with(TrainingConfig.MAX_LR, 0.1)
        .with(TrainingConfig.THREADS, 1);
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

  /** Its record repeats it: the default of a setting that few samples changed is not in it. */
  @Test
  void theRecordOfFewSamplesHasWhatRepeatsTheRun() {
    TrainingConfig asked =
        TrainingConfig.defaults().with(TrainingConfig.MAX_LR, 0.01).with(TrainingConfig.THREADS, 1);
    RunSummary run = TrainingJob.start(asked, temp.resolve("few"), task(plane(1, 40)));
    assertThat(run.record().config())
        .containsEntry("batch_size", 8)
        .containsEntry("epochs", 50)
        .doesNotContainKey("reestimate_batchnorm");
  }

  @Test
  void aStoppedRunIsResumedToTheSameBits() throws IOException {
    TrainingTask task = task(plane(1, 800));
    RunSummary whole = TrainingJob.start(config(), temp.resolve("whole"), task);
    assertThat(whole.isFinished()).isTrue();
    assertThat(whole.value(new Measure("r2", "R²", Measure.Better.HIGHER, false)))
        .isGreaterThan(0.9);
    assertThat(whole.record().outcome()).containsKey("validation_mean_absolute_error");
    assertThat(whole.record().outcome()).doesNotContainKey("validation_accuracy");
    assertThat(whole.describe())
        .startsWith("mean absolute error 0.")
        .contains("validation samples");
    assertThatThrownBy(whole::accuracy)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has no accuracy but [mean_absolute_error");
    Path stopped = temp.resolve("stopped");
    AtomicBoolean stop = new AtomicBoolean();
    RunControl control = stoppedBy(stop);
    RunListener after40 =
        new RunListener() {
          @Override
          public void step(StepRecord step) {
            stop.set(step.step() == 40);
          }
        };
    assertThat(TrainingJob.start(config(), stopped, task, control, after40).isFinished()).isFalse();
    RunSummary resumed = TrainingJob.resume(stopped, task);
    assertThat(resumed.isFinished()).isTrue();
    assertThat(stopped.resolve(ModelFile.NAME))
        .hasSameBinaryContentAs(temp.resolve("whole").resolve(ModelFile.NAME));
    assertThat(Files.readString(stopped.resolve(RunFolder.EPOCHS)))
        .startsWith(
            "epoch,steps,train_loss,evaluation_loss,mean_absolute_error,root_mean_squared_error,r2,");
    ModelFile model = ModelFile.read(stopped.resolve(ModelFile.NAME));
    assertThat(model.targets().names()).containsExactly("y");
    assertThatThrownBy(model::images)
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            "the model must classify images but gives 1 number for samples float32 [2]; use it from"
                + " a program, by Learner.load");
  }

  @Test
  void anotherTaskIsRefusedByName() {
    Path folder = temp.resolve("run");
    TrainingTask task = task(plane(1, 800));
    AtomicBoolean stop = new AtomicBoolean();
    RunListener atOnce =
        new RunListener() {
          @Override
          public void step(StepRecord step) {
            stop.set(true);
          }
        };
    TrainingJob.start(config(), folder, task, stoppedBy(stop), atOnce);
    assertThatThrownBy(() -> TrainingJob.resume(folder))
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            folder
                + " must be a run of image files but is one of a program's own data and network"
                + " (plane); use it from that program, by TrainingJob.resume and Learner.load");
    assertThatThrownBy(() -> TrainingJob.resume(folder, task.withLoss(new Loss.Huber(1))))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("loss mean squared error")
        .hasMessageContaining("but was samples float32 [2], numbers y, loss Huber, delta 1");
    assertThatThrownBy(() -> TrainingJob.resume(folder, task(plane(3, 800))))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("samples must be the same as in " + folder + ", ");
    assertThatThrownBy(
            () -> TrainingJob.resume(folder, task.withMetrics(Metric.r2(), Metric.loss())))
        .hasMessageContaining("metrics R², loss");
    assertThatThrownBy(() -> TrainingJob.resume(folder, task(plane(1, 800), plane(2, 200), 16)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageMatching(
            "condition model must be two layers [0-9a-f]+, as in .*, but was two layers [0-9a-f]+;"
                + " train anew under these");
    assertThatThrownBy(() -> TrainingJob.resume(folder, task(plane(1, 800), plane(4, 200), 32)))
        .as("other samples to evaluate on")
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("samples must be the same as in " + folder + ", ");
    Dataset renamed = Samples.ofNumbers(new float[4], 2).withNumbers(List.of("z"), new float[2]);
    assertThatThrownBy(() -> TrainingJob.resume(folder, task(renamed, renamed, 32)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("numbers y")
        .hasMessageContaining("but was samples float32 [2], numbers z");
    assertThatThrownBy(
            () ->
                TrainingJob.resume(folder, TrainingTask.of("plane", classes(), classes(), ofTwo())))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("but was samples float32 [2], classes below, above");
    assertThat(TrainingJob.resume(folder, task).isFinished())
        .as("a refusal changes nothing")
        .isTrue();
  }

  private static Network ofTwo() {
    return new Network(
        "one layer", SampleLayout.numbers(2), 2, Layer.sequence(new Layer.Linear(2, 2, true)));
  }

  private static Dataset classes() {
    float[] x = {1, 2, 3, 5};
    return Samples.ofNumbers(x, 2).withClasses(List.of("below", "above"), new int[] {0, 1});
  }

  /** A rate that an earlier run of the task found is refused under other conditions, by name. */
  @Test
  void aStoredRateOfATaskGoesStale() {
    TrainingConfig tested = config().without(TrainingConfig.MAX_LR).with(TrainingConfig.EPOCHS, 2);
    TrainingTask task = task(plane(1, 800));
    RunSummary first = TrainingJob.start(tested, temp.resolve("first"), task);
    Path file = temp.resolve("found.json");
    FoundRate.suggested(
            List.of("a program"),
            50,
            first.record().conditions(),
            JsonFile.read(first.folder().resolve(Evidence.FILE), Evidence.class, "evidence"))
        .write(file);
    TrainingConfig stored = tested.with(TrainingConfig.LR_FROM, file.toString());
    RunSummary again = TrainingJob.start(stored, temp.resolve("again"), task);
    assertThat(again.learningRate()).isEqualTo(first.learningRate());
    assertThat(again.record().learningRateSource()).startsWith("found before, in " + file);
    Map<String, Executable> changed =
        Map.of(
            "model", () -> start(stored, task(plane(1, 800), plane(2, 200), 16)),
            "data", () -> start(stored, task(plane(3, 800))),
            "loss", () -> start(stored, task.withLoss(new Loss.Huber(1))),
            "batch size", () -> start(stored.with(TrainingConfig.BATCH_SIZE, 16), task));
    changed.forEach(
        (name, training) ->
            assertThatThrownBy(training::execute)
                .isInstanceOf(InvalidValueException.class)
                .hasMessageStartingWith(name + " must be ")
                .hasMessageContaining("since the learning rate of " + file + " was found so")
                .hasMessageEndingWith(
                    "; set it so, or leave out lr_from: a range test then finds a rate, or accept"
                        + " the rate with accept_stale"));
    RunSummary accepted =
        TrainingJob.start(
            stored.with(TrainingConfig.ACCEPT_STALE, true),
            temp.resolve("accepted"),
            task.withLoss(new Loss.Huber(1)));
    assertThat(accepted.record().acceptedDifferences())
        .singleElement()
        .satisfies(d -> assertThat(d.name()).isEqualTo("loss"));
  }

  private void start(TrainingConfig config, TrainingTask task) {
    TrainingJob.start(config, temp.resolve("refused"), task);
  }

  @Test
  void whatATaskHasOfItsOwnIsNoSetting() {
    TrainingTask task = task(plane(1, 800));
    assertThatThrownBy(
            () ->
                TrainingJob.start(
                    config().with(TrainingConfig.MODEL, "resnet56"), temp.resolve("x"), task))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "model must be left out for a task, which brings its own data, network and loss, but was"
                + " resnet56; set it in the task");
    assertThatThrownBy(() -> task.withLoss(Loss.crossEntropy()))
        .hasMessageStartingWith(
            "targets of the loss cross-entropy must be classes but was 1 number");
    assertThatThrownBy(() -> task.withMetrics(Metric.accuracy()))
        .hasMessage("metric must be one for 1 number but was accuracy; take another");
  }

  /** 60 samples in batches of 4: few for a range test, for learning, and for the first epochs. */
  @Test
  void whatIsSaidOfFewSamplesSpeaksOfSamples() {
    TrainingTask few = task(plane(1, 60));
    TrainingConfig tested =
        config().without(TrainingConfig.MAX_LR).without(TrainingConfig.BATCH_SIZE);
    List<String> said = new ArrayList<>();
    JobListener listener =
        new JobListener() {
          @Override
          public void note(String sentence) {
            said.add(sentence);
          }
        };
    RunSummary run =
        TrainingJob.start(
            tested.with(TrainingConfig.RANGE_END, 1e-5).with(TrainingConfig.RANGE_STEPS, 12),
            temp.resolve("few"),
            few,
            RunControl.INTERRUPTS,
            listener);
    assertThat(run.record().learningRateSource())
        .startsWith("a careful rate for few samples, since ");
    assertThat(said)
        .anyMatch(s -> s.matches("Batches of 8 instead of 128 samples, for .*"))
        .anyMatch(s -> s.matches("\\d+ updates of 8 samples are too few to learn much.*"))
        .anyMatch(s -> s.startsWith("With few samples range tests may "))
        .noneMatch(s -> s.contains("image"));
    assertThatThrownBy(
            () ->
                TrainingJob.start(
                    config().with(TrainingConfig.EPOCHS, 1).with(TrainingConfig.BATCH_SIZE, 60),
                    temp.resolve("short"),
                    few))
        .hasMessageContaining("since an epoch of 60 samples in batches of 60 has 1 step");
  }

  @Test
  void aRangeTestFindsThePeak() {
    RunSummary run =
        TrainingJob.start(
            config().without(TrainingConfig.MAX_LR), temp.resolve("run"), task(plane(1, 800)));
    assertThat(run.learningRate()).isBetween(0.003, 3.0);
    assertThat(run.record().learningRateSource()).startsWith("the loss stayed low");
    assertThat(run.evaluated().orElseThrow().metrics().get("r2")).isGreaterThan(0.9);
  }
}
