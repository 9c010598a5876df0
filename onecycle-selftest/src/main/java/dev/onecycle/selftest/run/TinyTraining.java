package dev.onecycle.selftest.run;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Checkpoints;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearnerState;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Trains in this process, 48 steps in three epochs: convolution, batch norm, dropout and a linear
 * layer on 512 images of 16×16, with shuffle, crops and flips.
 *
 * @param settings of the learner
 */
record TinyTraining(LearnerSettings settings) {
  static final int STEPS = 48;
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final List<String> CLASSES = List.of("a", "b", "c", "d");
  private static final ImageDataset TRAIN = images(512, 1);
  private static final ImageDataset TEST = images(64, 2);
  private static final TrainingPlan PLAN = TrainingPlan.of(3, 32).withSeed(7);
  private static final Network NETWORK =
      new Network(
          "tiny",
          SHAPE,
          CLASSES.size(),
          Layer.sequence(
              new Layer.Conv(3, 8, 3, 1, 1, false),
              new Layer.BatchNorm(8),
              new Layer.Relu(),
              new Layer.GlobalAveragePool(),
              new Layer.Dropout(0.2),
              new Layer.Linear(8, CLASSES.size(), true)));

  private static ImageDataset images(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * SHAPE.bytes()];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % CLASSES.size();
      for (int p = 0; p < SHAPE.bytes(); p++) {
        boolean bright = p % CLASSES.size() == labels[i];
        pixels[i * SHAPE.bytes() + p] = (byte) ((bright ? 90 : 60) + random.nextInt(90));
      }
    }
    return ImageDataset.of(SHAPE, CLASSES, labels, pixels);
  }

  Learner learner() {
    return Learner.prepare(NETWORK, TRAIN, settings);
  }

  static Checkpoints checkpoints(Path run) {
    ModelFile model =
        new ModelFile(NETWORK, CLASSES, new ModelInput(SHAPE, Normalization.of(TRAIN)), List.of());
    return new Checkpoints(run, model, Map.of("seed", "7"));
  }

  /** Trains up to a step and returns the position there. */
  TrainingPosition train(
      Learner learner, TrainingPosition from, int until, List<StepRecord> steps) {
    TrainingListener keep =
        new TrainingListener() {
          @Override
          public void step(StepRecord step) {
            steps.add(step);
          }
        };
    return Training.resume(
        learner,
        OneCycle.of(STEPS, 0.1),
        PLAN,
        TRAIN,
        TEST,
        from,
        keep,
        () -> steps.size() == until && until < STEPS);
  }

  /**
   * The result of a run, without times.
   *
   * @param steps learning rate, momentum and loss of each
   * @param epochs losses and accuracy of each
   * @param state of the learner
   */
  record Result(List<StepRecord> steps, List<List<Double>> epochs, List<Integer> state) {}

  /** The result of a run that is stopped and resumed after each of some steps. */
  Result interrupted(Path folder, List<Integer> stops) {
    List<StepRecord> steps = new ArrayList<>();
    for (int stop : stops) {
      try (Learner learner = learner()) {
        TrainingPosition at = train(learner, restored(folder, learner), stop, steps);
        checkpoints(folder).save(learner, at, 0.1);
      }
    }
    try (Learner learner = learner()) {
      TrainingPosition end = train(learner, restored(folder, learner), STEPS, steps);
      return new Result(steps, results(end.epochs()), digest(learner.state()));
    }
  }

  private static TrainingPosition restored(Path folder, Learner learner) {
    Found<TrainingPosition> found = checkpoints(folder).restore(learner);
    return found.value().orElse(TrainingPosition.START);
  }

  private static List<List<Double>> results(List<EpochRecord> epochs) {
    return epochs.stream()
        .map(
            e ->
                Stream.concat(
                        Stream.of(e.trainLoss()),
                        e.evaluated().stream().flatMap(v -> Stream.of(v.loss(), v.accuracy())))
                    .toList())
        .toList();
  }

  /** A hash of each of a learner's arrays. */
  static List<Integer> digest(LearnerState state) {
    List<Integer> digest = new ArrayList<>(List.of((int) state.updates()));
    for (List<NamedTensor> tensors : List.of(state.weights(), state.optimizer())) {
      tensors.forEach(tensor -> digest.add(Arrays.hashCode(tensor.values())));
    }
    return digest;
  }
}
