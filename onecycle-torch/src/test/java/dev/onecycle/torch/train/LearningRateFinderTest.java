package dev.onecycle.torch.train;

import static dev.onecycle.torch.train.SmallTraining.PLAN;
import static dev.onecycle.torch.train.SmallTraining.TEST;
import static dev.onecycle.torch.train.SmallTraining.TRAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The losses of a range test: of several batches a rate, of held-out images. */
class LearningRateFinderTest {
  private static final RangeTest TEST_RANGE =
      RangeTest.atMomentum(0.85).withStart(1e-3).withEnd(0.1).withLimit(0.1).withSteps(10);

  private static Setup setup(Learner learner) {
    return new Setup(learner.network(), 32, 0.85, PLAN.augmentation(), LearnerSettings.defaults());
  }

  private static List<RangePoint> points(Learner learner, LearningRateFinder finder) {
    return finder.run(learner, TEST_RANGE, 5, point -> {}).points();
  }

  /** Each loss is the mean of three steps at its rate, as steps taken by hand give it. */
  @Test
  void severalBatchesARateGiveTheirMean() {
    try (Learner learner = SmallTraining.learner(0)) {
      List<RangePoint> points =
          points(learner, LearningRateFinder.of(setup(learner), TRAIN).withBatches(3));
      assertThat(points).hasSize(10);
      Sampler sampler = Sampler.shuffled(TRAIN.size(), 32, 5);
      try (BatchLoader batches = BatchLoader.endless(TRAIN, PLAN.augmentation(), sampler)) {
        for (RangePoint point : points) {
          double sum = 0;
          for (int step = 0; step < 3; step++) {
            try (Batch batch = batches.next()) {
              sum += learner.step(batch, point.learningRate(), 0.85).loss();
            }
          }
          assertThat(point.loss()).as("step " + point.step()).isEqualTo(sum / 3);
        }
      }
    }
  }

  /** Each loss is an evaluation of the same images after a step; the learner is as before. */
  @Test
  void heldOutImagesAreEvaluatedAfterEachRate() {
    try (Learner learner = SmallTraining.learner(0)) {
      List<NamedTensor> before = learner.weights();
      List<RangePoint> points =
          points(learner, LearningRateFinder.of(setup(learner), TRAIN).withValidation(TEST));
      for (int i = 0; i < before.size(); i++) {
        assertThat(learner.weights().get(i).values()).isEqualTo(before.get(i).values());
      }
      Sampler sampler = Sampler.shuffled(TRAIN.size(), 32, 5);
      try (BatchLoader batches = BatchLoader.endless(TRAIN, PLAN.augmentation(), sampler)) {
        for (RangePoint point : points) {
          try (Batch batch = batches.next()) {
            learner.step(batch, point.learningRate(), 0.85);
            learner.reestimateBatchNorms(List.of(batch));
          }
          assertThat(point.loss()).isEqualTo(Training.evaluate(learner, TEST, done -> {}).loss());
        }
      }
      assertThat(points.get(9).loss()).isLessThan(points.get(0).loss());
    }
  }

  /** 60 : 10 images have an entropy of 0.41; smoothed labels have more. */
  @Test
  void theLossOfKnowingNothingIsOfTheSharesOfItsImages() {
    ImageDataset unequal =
        TRAIN.select(IntStream.concat(of(0).limit(60), of(1).limit(10)).toArray());
    try (Learner learner = SmallTraining.learner(0)) {
      Setup setup = setup(learner);
      RangeResult plain =
          LearningRateFinder.of(setup, unequal).run(learner, TEST_RANGE, 5, point -> {});
      double entropy = -(6 / 7.0) * Math.log(6 / 7.0) - (1 / 7.0) * Math.log(1 / 7.0);
      assertThat(chance(plain)).isCloseTo(entropy, within(1e-12));
      RangeResult heldOut =
          LearningRateFinder.of(setup, unequal)
              .withValidation(TEST)
              .run(learner, TEST_RANGE, 5, point -> {});
      assertThat(chance(heldOut)).isGreaterThan(1);
      Setup smooth =
          new Setup(
              setup.network(),
              32,
              0.85,
              setup.augmentation(),
              setup.settings().toBuilder().loss(new Loss.CrossEntropy(List.of(), 0.2)).build());
      RangeResult smoothed =
          LearningRateFinder.of(smooth, unequal).run(learner, TEST_RANGE, 5, point -> {});
      assertThat(chance(smoothed)).isGreaterThan(entropy + 0.1);
    }
  }

  private static double chance(RangeResult result) {
    return result.scale().orElseThrow().chance();
  }

  private static IntStream of(int label) {
    return IntStream.range(0, TRAIN.size()).filter(i -> TRAIN.label(i) == label);
  }

  @Test
  void theCostOfARateCountsItsBatchesAndItsEvaluation() {
    StepCost cost = new StepCost(0.5, 0.01);
    assertThat(RangeLoss.STANDARD.seconds(cost, 90)).isEqualTo(0.5);
    assertThat(new RangeLoss(3, RangeLoss.Images.TRAIN).seconds(cost, 90)).isEqualTo(1.5);
    assertThat(new RangeLoss(3, RangeLoss.Images.VALIDATION).seconds(cost, 90)).isEqualTo(2.9);
    assertThat(new RangeLoss(1, RangeLoss.Images.VALIDATION).seconds(cost, 9000)).isEqualTo(6.0);
  }
}
