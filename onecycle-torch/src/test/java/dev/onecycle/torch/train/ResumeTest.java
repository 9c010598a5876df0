package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A run that is stopped and resumed is the same run, to the bit. */
@Tag("long")
class ResumeTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 12);
  private static final List<String> CLASSES = List.of("red", "green", "blue");
  private static final ImageDataset TRAIN = ImageSets.coloured(1, 130, CLASSES, SHAPE);
  private static final ImageDataset TEST = ImageSets.coloured(2, 40, CLASSES, SHAPE);
  private static final Network NETWORK = Models.resnet(8, SHAPE, 3, 0.2);
  private static final int STEPS = 10;

  @TempDir Path temp;

  /** Settings with different state between steps. */
  enum Way {
    SGD(LearnerSettings.builder().precision(Precision.FP32).threads(2).seed(3).build(), 0),
    ADAMW(
        LearnerSettings.builder()
            .optimizer(Optimizer.adamW())
            .precision(Precision.FP32)
            .threads(1)
            .seed(3)
            .build(),
        2),
    MUON(
        LearnerSettings.builder()
            .optimizer(Optimizer.muon())
            .precision(Precision.BF16)
            .threads(2)
            .seed(3)
            .build(),
        0),
    EVALUATED_AT_THE_END(
        LearnerSettings.builder().precision(Precision.FP32).threads(1).seed(3).build(), 2, 2),
    BF16(
        LearnerSettings.builder()
            .optimizer(new Optimizer.Sgd(true, true))
            .precision(Precision.BF16)
            .threads(2)
            .accumulation(2)
            .gradientClip(1)
            .build(),
        0);

    final LearnerSettings settings;
    final TrainingPlan plan;

    Way(LearnerSettings settings, int reestimated) {
      this(settings, reestimated, 1);
    }

    Way(LearnerSettings settings, int reestimated, int every) {
      this.settings = settings;
      // 130 images by 32 are four batches and a small one.
      plan =
          TrainingPlan.of(2, 32)
              .withAugmentation(Augmentation.standard().withPad(2))
              .withSeed(5)
              .withReestimatedBatches(reestimated)
              .withEvaluateEvery(every);
    }

    Learner learner() {
      return Learner.prepare(NETWORK, TRAIN, settings);
    }
  }

  private static OneCycle policy() {
    return OneCycle.of(STEPS, 0.05);
  }

  private static ModelFile model() {
    return new ModelFile(
        NETWORK, CLASSES, new ModelInput(SHAPE, Normalization.of(TRAIN)), List.of());
  }

  private Checkpoints checkpoints() {
    return new Checkpoints(temp, model(), Map.of("seed", "3"));
  }

  /** The result of a run without times. */
  private record Result(List<StepRecord> steps, List<EpochRecord> epochs, List<Integer> bits) {
    static Result of(List<StepRecord> steps, TrainingPosition end, Learner learner) {
      List<Integer> bits = new ArrayList<>();
      LearnerState state = learner.state();
      for (List<NamedTensor> tensors : List.of(state.weights(), state.optimizer())) {
        tensors.forEach(tensor -> bits.add(Arrays.hashCode(tensor.values())));
      }
      List<EpochRecord> epochs =
          end.epochs().stream()
              .map(
                  e ->
                      new EpochRecord(
                          e.epoch(),
                          e.steps(),
                          e.trainLoss(),
                          0,
                          0,
                          e.evaluated().map(v -> new Evaluated(v.loss(), v.accuracy(), 0))))
              .toList();
      return new Result(List.copyOf(steps), epochs, bits);
    }
  }

  private static TrainingListener keeping(List<StepRecord> steps) {
    return new TrainingListener() {
      @Override
      public void step(StepRecord step) {
        steps.add(step);
      }
    };
  }

  private static TrainingPosition train(
      Way way, Learner learner, TrainingPosition from, List<StepRecord> steps) {
    return Training.resume(
        learner, policy(), way.plan, TRAIN, TEST, from, keeping(steps), () -> false);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void aRunStoppedAtAnyStepResumesToTheSameBits(Way way) {
    Result whole;
    try (Learner learner = way.learner()) {
      List<StepRecord> steps = new ArrayList<>();
      whole = Result.of(steps, train(way, learner, TrainingPosition.START, steps), learner);
      assertThat(whole.epochs).hasSize(2);
      whole = new Result(steps, whole.epochs, whole.bits);
    }
    for (int stop = 1; stop <= STEPS; stop++) {
      List<StepRecord> steps = new ArrayList<>();
      int last = stop;
      try (Learner learner = way.learner()) {
        TrainingPosition at =
            Training.resume(
                learner,
                policy(),
                way.plan,
                TRAIN,
                TEST,
                TrainingPosition.START,
                keeping(steps),
                () -> steps.size() == last);
        assertThat(at.step()).isEqualTo(stop);
        checkpoints().save(learner, at, 0.05);
      }
      try (Learner learner = way.learner()) {
        TrainingPosition from = checkpoints().restore(learner).value().orElseThrow();
        TrainingPosition end = train(way, learner, from, steps);
        assertThat(Result.of(steps, end, learner)).as("stopped at %d", stop).isEqualTo(whole);
      }
    }
  }

  @Test
  void aRunThatIsOverHasNothingLeftToDo() {
    try (Learner learner = Way.SGD.learner()) {
      List<StepRecord> steps = new ArrayList<>();
      TrainingPosition end = train(Way.SGD, learner, TrainingPosition.START, steps);
      steps.clear();
      assertThat(train(Way.SGD, learner, end, steps)).isEqualTo(end);
      assertThat(steps).isEmpty();
    }
  }

  @Test
  void anIncompatibleRunIsRefusedByName() {
    try (Learner learner = Way.SGD.learner()) {
      checkpoints().save(learner, TrainingPosition.START, 0);
      Checkpoints other = new Checkpoints(temp, model(), Map.of("seed", "4"));
      assertThatThrownBy(() -> other.restore(learner))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("seed must be 3")
          .hasMessageContaining("but was 4");
    }
  }

  @Test
  void weightsThatAreNotFiniteAreNotSaved() {
    try (Learner learner = Way.SGD.learner()) {
      List<NamedTensor> weights = learner.weights();
      weights.stream().filter(w -> w.name().equals("fc.bias")).forEach(w -> w.values()[0] = 1e35f);
      learner.setWeights(weights);
      StepResult last =
          learner.step(ArrayBatch.coloured(1, 32, CLASSES.size(), SHAPE), 1e30, 0); // by its decay
      assertThat(last.finite()).isTrue();
      assertThatThrownBy(() -> checkpoints().save(learner, TrainingPosition.START, 0.5))
          .isInstanceOf(DivergedException.class);
      assertThat(checkpoints().restore(learner).value()).isEmpty();
    }
  }
}
