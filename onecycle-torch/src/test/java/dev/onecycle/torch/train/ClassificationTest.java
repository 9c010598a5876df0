package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The classification of an evaluation agrees with the network's probabilities. */
class ClassificationTest {
  private static final ImageShape SHAPE = new ImageShape(3, 8, 8);
  private static final List<String> CLASSES = List.of("a", "b", "c", "d");

  /** More than a batch of evaluation, and pixels without any meaning, so that mistakes abound. */
  private static final ImageDataset IMAGES = noise(Training.EVALUATION_BATCH + 87);

  private static ImageDataset noise(int count) {
    Random random = new Random(6);
    byte[] pixels = new byte[count * SHAPE.bytes()];
    random.nextBytes(pixels);
    return ImageDataset.of(SHAPE, CLASSES, random.ints(count, 0, 4).toArray(), pixels);
  }

  private static Learner learner() {
    return Learner.prepare(
        Models.resnet(8, SHAPE, 4, 0),
        IMAGES,
        LearnerSettings.builder().precision(Precision.FP32).threads(2).seed(3).build());
  }

  /** The probabilities of every image, in the batches that an evaluation computes in. */
  private static List<double[]> probabilities(Learner learner) {
    List<double[]> all = new ArrayList<>();
    try (BatchLoader batches = BatchLoader.evaluation(IMAGES, Training.EVALUATION_BATCH)) {
      while (batches.hasNext()) {
        try (Batch batch = batches.next()) {
          all.addAll(List.of(learner.probabilities(batch)));
        }
      }
    }
    return all;
  }

  private static int highest(double[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return best;
  }

  @Test
  void agreesWithTheProbabilitiesOfEveryImage() {
    try (Learner learner = learner()) {
      Evaluation evaluation = Training.evaluate(learner, IMAGES, done -> {});
      List<double[]> probabilities = probabilities(learner);
      int[][] counts = new int[4][4];
      double lossSum = 0;
      List<Integer> mistakes = new ArrayList<>();
      for (int i = 0; i < IMAGES.size(); i++) {
        int predicted = highest(probabilities.get(i));
        counts[IMAGES.label(i)][predicted]++;
        lossSum -= Math.log(probabilities.get(i)[IMAGES.label(i)]);
        if (predicted != IMAGES.label(i)) {
          mistakes.add(i);
        }
      }
      Classification found = evaluation.classification();
      for (int label = 0; label < 4; label++) {
        for (int predicted = 0; predicted < 4; predicted++) {
          assertThat(found.count(label, predicted)).isEqualTo(counts[label][predicted]);
        }
      }
      assertThat(found.images()).isEqualTo(IMAGES.size()).isEqualTo(evaluation.images());
      assertThat((double) found.correct() / IMAGES.size()).isEqualTo(evaluation.accuracy());
      assertThat(lossSum / IMAGES.size()).isCloseTo(evaluation.loss(), within(1e-5));

      mistakes.sort(Comparator.comparingDouble(i -> probabilities.get(i)[IMAGES.label(i)]));
      assertThat(mistakes).hasSizeGreaterThan(100);
      assertThat(found.worst())
          .extracting(Mistake::index)
          .isEqualTo(mistakes.subList(0, Classification.MAX_WORST));
      for (Mistake mistake : found.worst()) {
        double[] its = probabilities.get(mistake.index());
        assertThat(mistake.origin()).isEqualTo(IMAGES.origin(mistake.index()));
        assertThat(mistake.label()).isEqualTo(IMAGES.label(mistake.index()));
        assertThat(mistake.predicted()).isEqualTo(highest(its));
        assertThat(mistake.confidence().predicted()).isEqualTo(its[mistake.predicted()]);
        assertThat(mistake.confidence().label()).isEqualTo(its[mistake.label()]);
        assertThat(mistake.confidence().loss())
            .isCloseTo(-Math.log(its[mistake.label()]), within(1e-12));
      }
    }
  }

  /** Events in the order of their report to a listener. */
  @Test
  void isToldJustBeforeTheRecordOfItsEpoch() {
    List<Object> told = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void classified(int epoch, Classification classification) {
            told.add(epoch);
            told.add(classification);
          }

          @Override
          public void epoch(EpochRecord epoch) {
            told.add(epoch);
          }
        };
    TrainingPlan plan = TrainingPlan.of(2, 128).withAugmentation(Augmentation.none()).withSeed(5);
    try (Learner learner = learner()) {
      OneCycle policy = OneCycle.of(plan.steps(IMAGES.size()), 0.05);
      Training.run(learner, policy, plan, IMAGES, IMAGES, listener, () -> false);
      assertThat(told).hasSize(6);
      for (int epoch = 0; epoch < 2; epoch++) {
        Classification classification = (Classification) told.get(3 * epoch + 1);
        EpochRecord record = (EpochRecord) told.get(3 * epoch + 2);
        assertThat(told.get(3 * epoch)).isEqualTo(epoch);
        assertThat(record.epoch()).isEqualTo(epoch);
        assertThat((double) classification.correct() / IMAGES.size())
            .isEqualTo(record.evaluated().orElseThrow().accuracy());
      }
      assertThat(told.get(4))
          .as("the last is that of the weights at the end")
          .isEqualTo(Training.evaluate(learner, IMAGES, done -> {}).classification());
    }
  }

  @Test
  void aNetworkOfNoNumbersClassifiesNothing() {
    try (Learner learner = learner()) {
      List<NamedTensor> weights = learner.weights();
      weights.forEach(tensor -> java.util.Arrays.fill(tensor.values(), Float.MAX_VALUE));
      learner.setWeights(weights);
      Classification found = Training.evaluate(learner, IMAGES, done -> {}).classification();
      assertThat(found.correct()).isZero();
      assertThat(found.cells())
          .extracting(Cell::predicted)
          .containsOnly(Classification.NO_PREDICTION);
      assertThat(found.worst()).extracting(Mistake::index).startsWith(0, 1, 2).hasSize(24);
    }
  }
}
