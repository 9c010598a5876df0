package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import java.util.List;

/** A training of three epochs of seven steps, on images whose class shows in their colours. */
final class SmallTraining {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 12);
  private static final List<String> CLASSES = List.of("red", "green", "blue");

  static final ImageDataset TRAIN = ImageSets.coloured(1, 200, CLASSES, SHAPE);
  static final ImageDataset TEST = ImageSets.coloured(2, 90, CLASSES, SHAPE);
  static final TrainingPlan PLAN =
      TrainingPlan.of(3, 32).withAugmentation(Augmentation.standard().withPad(2)).withSeed(5);

  private SmallTraining() {}

  static Learner learner(double dropout) {
    return Learner.prepare(
        Models.resnet(8, SHAPE, CLASSES.size(), dropout),
        TRAIN,
        LearnerSettings.builder().precision(Precision.FP32).threads(2).seed(3).build());
  }

  static OneCycle policy() {
    return OneCycle.of(PLAN.steps(TRAIN.size()), 0.1);
  }

  /** A listener that adds every step to a list. */
  static TrainingListener keeping(List<StepRecord> steps) {
    return new TrainingListener() {
      @Override
      public void step(StepRecord step) {
        steps.add(step);
      }
    };
  }
}
