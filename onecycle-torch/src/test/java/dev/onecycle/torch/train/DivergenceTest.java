package dev.onecycle.torch.train;

import static dev.onecycle.torch.train.SmallTraining.PLAN;
import static dev.onecycle.torch.train.SmallTraining.TEST;
import static dev.onecycle.torch.train.SmallTraining.TRAIN;
import static dev.onecycle.torch.train.SmallTraining.keeping;
import static dev.onecycle.torch.train.SmallTraining.learner;
import static dev.onecycle.torch.train.SmallTraining.policy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.DivergedException;
import dev.onecycle.math.ClassShares;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.schedule.Policy;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings whose losses explode, to numbers that stay finite. */
@Tag("long")
class DivergenceTest {
  /** 56 steps: at this rate the losses rise within the first and never fall again. */
  private static final TrainingPlan LONG = PLAN.withSteps(56, TRAIN.size());

  /** Its losses explode whatever the last bits of a machine's arithmetic are. */
  private static final Policy WILD = OneCycle.of(56, 40).withDividers(400, 100);

  @TempDir Path temp;

  private static TrainingPosition train(
      Learner learner,
      TrainingPosition from,
      Policy policy,
      TrainingPlan plan,
      TrainingListener listener,
      BooleanSupplier stop) {
    return Training.resume(learner, policy, plan, TRAIN, TEST, from, listener, stop);
  }

  private static DivergedException divergence(
      Learner learner, TrainingPosition from, List<StepRecord> steps) {
    return catchThrowableOfType(
        DivergedException.class,
        () -> train(learner, from, WILD, LONG, keeping(steps), () -> false));
  }

  private Checkpoints checkpoints() {
    Normalization normalization = Normalization.of(TRAIN);
    return new Checkpoints(
        temp,
        new ModelFile(
            Models.resnet(8, TRAIN.shape(), 3, 0),
            TRAIN.classes(),
            new ModelInput(TRAIN.shape(), normalization),
            List.of()),
        Map.of());
  }

  @Test
  void finiteLossesFarAboveTheStartAreADivergence() {
    List<StepRecord> steps = new ArrayList<>();
    try (Learner learner = learner(0)) {
      DivergedException e = divergence(learner, TrainingPosition.START, steps);
      StepRecord last = steps.get(steps.size() - 1);
      double limit = LossWatch.FACTOR * Math.max(steps.get(0).loss(), Math.log(3));
      assertThat(steps).allMatch(step -> Double.isFinite(step.loss()));
      assertThat(steps.stream().filter(step -> step.loss() > limit)).hasSize(LossWatch.MANY);
      assertThat(last.loss()).isGreaterThan(limit);
      assertThat(e.step()).isEqualTo(last.step()).isLessThan(40);
      assertThat(e.learningRate()).isEqualTo(last.learningRate());
      assertThat(e).hasMessageContaining("loss must stay below 11.");
      assertThat(e).hasMessageContaining("lower the peak learning rate");
      int rise = (int) e.soundBefore();
      assertThat(rise).isPositive().isLessThan((int) e.step() - 8);
      assertThat(steps.get(rise - 1).loss()).isLessThan(2 * limit / LossWatch.FACTOR);
    }
  }

  /** A network that knows how common the classes are begins far below ln 2. */
  @Test
  void theReferenceKnowsHowCommonTheClassesAre() {
    int[] labels = new int[200];
    Arrays.fill(labels, 0, 5, 1);
    byte[] pixels = new byte[200 * TRAIN.shape().bytes()];
    new SplittableRandom(1).nextBytes(pixels);
    ImageDataset unequal =
        ImageDataset.of(TRAIN.shape(), List.of("common", "rare"), labels, pixels);
    List<StepRecord> steps = new ArrayList<>();
    try (Learner learner =
        Learner.prepare(
            Models.resnet(8, TRAIN.shape(), 2, 0), unequal, LearnerSettings.defaults())) {
      List<NamedTensor> weights = learner.weights();
      for (NamedTensor tensor : weights) {
        if (tensor.name().startsWith("fc.")) {
          Arrays.fill(tensor.values(), 0);
          tensor.values()[0] = tensor.name().equals("fc.bias") ? 4 : 0;
        }
      }
      learner.setWeights(weights);
      TrainingPlan plan =
          PLAN.withSeed(1).withSteps(9, unequal.size()); // whose first batch is common
      TrainingPosition end =
          Training.resume(
              learner,
              OneCycle.of(9, 1e-3),
              plan,
              unequal,
              unequal,
              TrainingPosition.START,
              keeping(steps),
              () -> steps.size() == 1);
      double entropy = ClassShares.entropy(new long[] {195, 5});
      assertThat(steps.get(0).loss()).isLessThan(entropy);
      assertThat(end.losses().reference()).isCloseTo(entropy, within(1e-12)).isLessThan(0.12);
    }
  }

  @Test
  void theLossOfKnowingNothingFollowsTheSettings() {
    ImageDataset images =
        ImageDataset.of(
            new ImageShape(1, 1, 1), List.of("a", "b"), new int[] {0, 0, 0, 1}, new byte[4]);
    Loss plain = Loss.crossEntropy();
    Loss weighted = new Loss.CrossEntropy(List.of(1.0, 3.0), 0);
    Loss smooth = new Loss.CrossEntropy(List.of(), 0.2);
    assertThat(LossScales.chance(images, Sampling.SHUFFLED, plain))
        .isCloseTo(0.562335, within(1e-6));
    assertThat(LossScales.chance(images, Sampling.BALANCED, plain))
        .isCloseTo(Math.log(2), within(1e-12));
    assertThat(LossScales.chance(images, Sampling.SHUFFLED, weighted))
        .isCloseTo(Math.log(2), within(1e-12));
    // The mean targets are 0.7 and 0.3.
    assertThat(LossScales.chance(images, Sampling.SHUFFLED, smooth))
        .isCloseTo(0.610864, within(1e-6));
    ImageDataset one =
        ImageDataset.of(new ImageShape(1, 1, 1), List.of("a", "b"), new int[2], new byte[2]);
    assertThat(LossScales.chance(one, Sampling.SHUFFLED, plain))
        .isCloseTo(Math.log(2), within(1e-12));
  }

  @Test
  void aResumedRunDivergesAtTheSameStepWithTheSameBits() {
    List<StepRecord> whole = new ArrayList<>();
    DivergedException expected;
    try (Learner learner = learner(0)) {
      expected = divergence(learner, TrainingPosition.START, whole);
    }
    for (int stop : new int[] {3, 7, whole.size() - 2}) {
      List<StepRecord> steps = new ArrayList<>();
      try (Learner learner = learner(0)) {
        TrainingPosition at =
            train(
                learner,
                TrainingPosition.START,
                WILD,
                LONG,
                keeping(steps),
                () -> steps.size() == stop);
        checkpoints().save(learner, at, 1);
      }
      try (Learner learner = learner(0)) {
        TrainingPosition from = checkpoints().restore(learner).value().orElseThrow();
        DivergedException e = divergence(learner, from, steps);
        assertThat(e).as("stopped at %d", stop).hasMessage(expected.getMessage());
        assertThat(e.soundBefore()).isEqualTo(expected.soundBefore());
        assertThat(steps).isEqualTo(whole);
      }
    }
  }

  /** A checkpoint after every step: all but one that are kept are from after the rise. */
  @Test
  void aRetryFindsACheckpointFromBeforeTheRise() throws IOException {
    Checkpoints checkpoints = checkpoints();
    List<StepRecord> steps = new ArrayList<>();
    try (Learner learner = learner(0)) {
      checkpoints.save(learner, TrainingPosition.START, 1);
      TrainingListener saving =
          new TrainingListener() {
            @Override
            public void step(StepRecord step) {
              steps.add(step);
            }

            @Override
            public void reached(TrainingPosition position) {
              checkpoints.save(learner, position, 1);
            }
          };
      DivergedException e =
          catchThrowableOfType(
              DivergedException.class,
              () -> train(learner, TrainingPosition.START, WILD, LONG, saving, () -> false));
      assertThat(names()).hasSizeBetween(4, 5);
      TrainingPosition back = checkpoints.goBack(learner, e.soundBefore()).value().orElseThrow();
      assertThat(back.step()).isEqualTo(e.soundBefore() - 1);
      assertThat(names())
          .allMatch(name -> name.compareTo("step-%010d-z".formatted(back.step())) < 0);
      // What follows has the bits of a run that was never anywhere else.
      List<StepRecord> again = new ArrayList<>();
      DivergedException same = divergence(learner, back, again);
      assertThat(same.step()).isEqualTo(e.step());
      assertThat(again).isEqualTo(steps.subList((int) back.step(), steps.size()));
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve(CheckpointFolder.NAME))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("step-"))
          .toList();
    }
  }

  @Test
  void aTrainingTooShortForTheRuleEndsInADivergenceTooIfItsLossesAreTooHigh() {
    TrainingPlan plan = PLAN.withSteps(9, TRAIN.size());
    List<StepRecord> steps = new ArrayList<>();
    try (Learner learner = learner(0)) {
      DivergedException e =
          catchThrowableOfType(
              DivergedException.class,
              () ->
                  train(
                      learner,
                      TrainingPosition.START,
                      OneCycle.of(9, 100),
                      plan,
                      keeping(steps),
                      () -> false));
      assertThat(steps).hasSize(9);
      assertThat(e).hasMessageContaining("must stay below 11");
      assertThat(e.step()).isEqualTo(8);
      assertThat(e.soundBefore()).isLessThan(3);
    }
  }

  @Test
  void anEvaluationThatIsNoNumberIsNamed() {
    List<String> events = new ArrayList<>();
    TrainingListener watching =
        new TrainingListener() {
          @Override
          public void classified(int epoch, Classification classification) {
            events.add("classified");
          }

          @Override
          public void epoch(EpochRecord epoch) {
            events.add("epoch");
          }
        };
    try (Learner learner = learner(0)) {
      // A step sees the statistics of its batch, an evaluation the running ones.
      List<NamedTensor> weights = learner.weights();
      weights.stream()
          .filter(tensor -> tensor.name().equals("bn1.running_mean"))
          .forEach(tensor -> Arrays.fill(tensor.values(), -Float.MAX_VALUE));
      learner.setWeights(weights);
      DivergedException e =
          catchThrowableOfType(
              DivergedException.class,
              () -> train(learner, TrainingPosition.START, policy(), PLAN, watching, () -> false));
      assertThat(e).hasMessageContaining("evaluation loss must be finite but was NaN at step 6");
      assertThat(e.soundBefore()).isEqualTo(7);
      assertThat(events).isEmpty();
    }
  }

  @Test
  void trainingsAtHighRatesThatLearnAreNone() {
    for (double rate : new double[] {0.1, 1, 3}) {
      try (Learner learner = learner(0)) {
        TrainingPosition end =
            train(
                learner,
                TrainingPosition.START,
                OneCycle.of(56, rate),
                LONG,
                new TrainingListener() {},
                () -> false);
        assertThat(end.losses().above()).as("rate %s", rate).hasSizeLessThan(LossWatch.MANY);
        assertThat(end.step()).isEqualTo(56);
      }
    }
  }
}
