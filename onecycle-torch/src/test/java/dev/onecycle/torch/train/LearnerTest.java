package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearnerTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.4, 0.4, 0.4), List.of(0.2, 0.2, 0.2));
  private static final LearnerSettings FP32 =
      LearnerSettings.builder().precision(Precision.FP32).threads(2).build();

  private static Learner learner(Network network, LearnerSettings settings) {
    return Learner.withoutImages(network, NORMALIZATION, settings);
  }

  private static Network tiny(double dropout) {
    return Models.resnet(8, SHAPE, 6, dropout);
  }

  /** No batch norm, so that slices of a batch do not show in the result. */
  private static Network plain() {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(3, 8, 3, 2, 1, true),
            new Layer.Relu(),
            new Layer.Flatten(),
            new Layer.Linear(8 * 8 * 8, 6, true));
    return new Network("plain", SHAPE, 6, layers);
  }

  @Test
  void learnsWhatTheColoursSay() {
    List<Batch> batches = ArrayBatch.several(1, 8, 64, 6, SHAPE);
    for (LearnerSettings settings :
        List.of(FP32, LearnerSettings.builder().precision(Precision.BF16).threads(2).build())) {
      try (Learner learner = learner(tiny(0), settings)) {
        double before = learner.evaluate(batches, done -> {}).loss();
        for (int epoch = 0; epoch < 8; epoch++) {
          for (Batch batch : batches) {
            learner.step(batch, 0.1, 0.9);
          }
        }
        Evaluation after = learner.evaluate(ArrayBatch.several(100, 2, 64, 6, SHAPE), done -> {});
        assertThat(before).isGreaterThan(1);
        assertThat(after.accuracy()).as(settings.precision().name()).isGreaterThan(0.9);
        assertThat(after.images()).isEqualTo(128);
      }
    }
  }

  @Test
  void equalSettingsGiveEqualBits() {
    List<float[]> runs = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (Learner learner = learner(tiny(0.3), FP32)) {
        train(learner, 6);
        runs.add(flat(learner));
      }
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1));
    try (Learner other =
        learner(
            tiny(0.3),
            LearnerSettings.builder().precision(Precision.FP32).seed(1).threads(2).build())) {
      train(other, 6);
      assertThat(flat(other)).isNotEqualTo(runs.get(0));
    }
  }

  @Test
  void aSnapshotRestoresEveryBit() {
    try (Learner learner = learner(tiny(0.3), FP32);
        Learner undisturbed = learner(tiny(0.3), FP32)) {
      train(learner, 3);
      train(undisturbed, 3);
      try (Learner.Snapshot before = learner.snapshot()) {
        train(learner, 5);
        assertThat(flat(learner)).isNotEqualTo(flat(undisturbed));
        before.restore();
      }
      assertThat(flat(learner)).isEqualTo(flat(undisturbed));
      assertThat(learner.state().optimizer().get(0).values())
          .isEqualTo(undisturbed.state().optimizer().get(0).values());
      train(learner, 3);
      train(undisturbed, 3);
      assertThat(flat(learner)).as("what follows").isEqualTo(flat(undisturbed));
    }
  }

  @Test
  void anInterruptDoesNotTearAStep() {
    try (Learner learner = learner(tiny(0), FP32);
        Learner calm = learner(tiny(0), FP32)) {
      Thread.currentThread().interrupt();
      train(learner, 1);
      assertThat(Thread.interrupted()).as("the interrupt stays pending").isTrue();
      train(calm, 1);
      assertThat(flat(learner)).isEqualTo(flat(calm));
    }
  }

  /** Batch norms see a batch before its loss is known. */
  @Test
  void aLossThatIsNotFiniteChangesNeitherWeightsNorStatistics() {
    try (Learner learner = learner(tiny(0), FP32)) {
      train(learner, 2);
      List<NamedTensor> weights = learner.weights();
      weights.get(0).values()[0] = Float.MAX_VALUE; // its products overflow
      learner.setWeights(weights);
      float[] before = flat(learner);
      StepResult result = learner.step(ArrayBatch.coloured(1, 64, 6, SHAPE), 0.1, 0.9);
      assertThat(result.finite()).isFalse();
      assertThat(flat(learner)).isEqualTo(before);
    }
  }

  /** Dropout depends on the batch, not on earlier random numbers. */
  @Test
  void statisticsEstimatedAnewAreTheSameEachTime() {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(3, 8, 3, 2, 1, true),
            new Layer.Dropout(0.5),
            new Layer.BatchNorm(8),
            new Layer.Flatten(),
            new Layer.Linear(8 * 8 * 8, 6, true));
    try (Learner learner = learner(new Network("dropping", SHAPE, 6, layers), FP32)) {
      float[] first = flat(learner);
      learner.reestimateBatchNorms(ArrayBatch.several(1, 3, 64, 6, SHAPE));
      float[] second = flat(learner);
      assertThat(second).isNotEqualTo(first);
      learner.reestimateBatchNorms(ArrayBatch.several(1, 3, 64, 6, SHAPE));
      assertThat(flat(learner)).isEqualTo(second);
    }
  }

  @Test
  void accumulatedPartsGiveTheGradientOfTheWholeBatch() {
    Batch batch = ArrayBatch.coloured(5, 96, 6, SHAPE);
    List<float[]> results = new ArrayList<>();
    for (int parts : new int[] {1, 3}) {
      for (int threads : new int[] {1, 2}) {
        LearnerSettings settings =
            LearnerSettings.builder()
                .precision(Precision.FP32)
                .threads(threads)
                .accumulation(parts)
                .build();
        try (Learner learner = learner(plain(), settings)) {
          for (int i = 0; i < 3; i++) {
            learner.step(batch, 0.05, 0.9);
          }
          results.add(flat(learner));
        }
      }
    }
    for (float[] result : results) {
      for (int i = 0; i < result.length; i++) {
        assertThat(result[i]).isCloseTo(results.get(0)[i], within(1e-4f));
      }
    }
  }

  @Test
  void clippingScalesTheStepToTheLimit() {
    Batch batch = ArrayBatch.coloured(5, 64, 6, SHAPE);
    float[] start;
    double norm;
    try (Learner free = learner(plain(), noDecay(0))) {
      start = flat(free);
      norm = free.step(batch, 1, 0).gradientNorm();
      assertThat(distance(start, flat(free))).isCloseTo(norm, within(1e-3 * norm));
    }
    try (Learner clipped = learner(plain(), noDecay(norm / 4))) {
      assertThat(clipped.step(batch, 1, 0).gradientNorm()).isCloseTo(norm, within(1e-3 * norm));
      assertThat(distance(start, flat(clipped))).isCloseTo(norm / 4, within(1e-3 * norm));
    }
  }

  private static LearnerSettings noDecay(double clip) {
    return LearnerSettings.builder()
        .precision(Precision.FP32)
        .threads(2)
        .weightDecay(0)
        .gradientClip(clip)
        .build();
  }

  @Test
  void runningStatisticsFollowTheBatchByTheirMomentum() {
    LearnerSettings settings =
        LearnerSettings.builder()
            .precision(Precision.FP32)
            .threads(1)
            .batchNormMomentum(0.25)
            .build();
    Network onlyNorm =
        new Network(
            "norm",
            SHAPE,
            3,
            Layer.sequence(new Layer.BatchNorm(3), new Layer.GlobalAveragePool()));
    Batch batch = ArrayBatch.coloured(5, 64, 6, SHAPE);
    double mean = 0;
    for (int i = 0; i < batch.values().capacity(); i += 3) {
      mean += ((batch.values().get(i) & 0xff) / 255.0 - 0.4) / 0.2;
    }
    mean /= batch.values().capacity() / 3.0;
    ArrayBatch threeClasses = (ArrayBatch) batch;
    int[] labels = Arrays.stream(threeClasses.labels()).map(label -> label % 3).toArray();
    try (Learner learner = learner(onlyNorm, settings)) {
      learner.step(new ArrayBatch(SHAPE, threeClasses.values(), labels), 1e-9, 0);
      assertThat(find(learner, "0.running_mean")[0])
          .isCloseTo((float) (0.25 * mean), within(1e-4f));
      learner.reestimateBatchNorms(List.of(new ArrayBatch(SHAPE, threeClasses.values(), labels)));
      assertThat(find(learner, "0.running_mean")[0]).isCloseTo((float) mean, within(1e-4f));
    }
  }

  @Test
  void aBatchNormIsNotMadeToSeeASingleValue() {
    ImageShape pixel = new ImageShape(3, 1, 1);
    Network onlyNorm =
        new Network(
            "norm",
            pixel,
            3,
            Layer.sequence(new Layer.BatchNorm(3), new Layer.GlobalAveragePool()));
    try (Learner learner = learner(onlyNorm, FP32)) {
      Batch one = new ArrayBatch(pixel, ByteBuffer.wrap(new byte[3]), new int[] {0});
      assertThatThrownBy(() -> learner.step(one, 0.1, 0.9))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage(
              "batch size must be at least 2 where a batch norm sees one value of a channel"
                  + " but was 1; set a larger one, or use larger images");
      assertThat(find(learner, "0.running_var")).containsOnly(1);
    }
  }

  @Test
  void weightsCanBeReadAndSet() {
    try (Learner trained = learner(tiny(0), FP32);
        Learner fresh =
            learner(
                tiny(0),
                LearnerSettings.builder().seed(9).precision(Precision.FP32).threads(1).build())) {
      train(trained, 3);
      fresh.setWeights(trained.weights());
      assertThat(flat(fresh)).isEqualTo(flat(trained));
      Batch batch = ArrayBatch.coloured(3, 8, 6, SHAPE);
      assertThat(fresh.probabilities(batch)).isEqualTo(trained.probabilities(batch));
      List<NamedTensor> lacking = new ArrayList<>(trained.weights());
      NamedTensor gone = lacking.remove(4);
      assertThatThrownBy(() -> fresh.setWeights(lacking))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining(gone.name());
      List<NamedTensor> more = new ArrayList<>(trained.weights());
      more.add(new NamedTensor("extra", new long[] {1}, new float[1]));
      assertThatThrownBy(() -> fresh.setWeights(more)).hasMessageContaining("extra");
      assertThat(flat(fresh)).as("a refused load changes nothing").isEqualTo(flat(trained));
    }
  }

  @Test
  void probabilitiesAreOne() {
    try (Learner learner = learner(tiny(0), FP32)) {
      double[][] probabilities = learner.probabilities(ArrayBatch.coloured(3, 5, 6, SHAPE));
      assertThat(probabilities).hasDimensions(5, 6);
      for (double[] row : probabilities) {
        assertThat(Arrays.stream(row).sum()).isCloseTo(1, within(1e-9));
      }
    }
  }

  @Test
  void badRatesAreNamed() {
    try (Learner learner = learner(plain(), FP32)) {
      Batch batch = ArrayBatch.coloured(3, 8, 6, SHAPE);
      assertThatThrownBy(() -> learner.step(batch, Double.NaN, 0.9))
          .isInstanceOf(InvalidValueException.class)
          .hasMessage("learning rate must be at least 0 but was NaN");
      assertThatThrownBy(() -> learner.step(batch, -1e-9, 0.9))
          .hasMessage("learning rate must be at least 0 but was -1e-9");
      assertThatThrownBy(() -> learner.step(batch, 1e300, 0.9))
          .hasMessageStartingWith("learning rate must be at most 1e30 but was 1");
      assertThatThrownBy(() -> learner.step(batch, 0.1, 1))
          .hasMessage("momentum must be in [0, 1) but was 1");
    }
  }

  /** A schedule may begin or end at 0. */
  @Test
  void aStepAtRateZeroChangesNoWeight() {
    for (Optimizer optimizer :
        List.of(
            new Optimizer.Sgd(false, false),
            new Optimizer.Sgd(true, true),
            Optimizer.adamW(),
            Optimizer.muon())) {
      LearnerSettings settings =
          LearnerSettings.builder()
              .precision(Precision.FP32)
              .threads(2)
              .optimizer(optimizer)
              .weightDecay(0.1)
              .build();
      try (Learner learner = learner(plain(), settings)) {
        train(learner, 2);
        float[] before = flat(learner);
        StepResult result = learner.step(ArrayBatch.coloured(3, 48, 6, SHAPE), 0, 0.9);
        assertThat(result.finite()).isTrue();
        assertThat(result.learningRate()).isZero();
        assertThat(flat(learner)).as(optimizer.describe()).isEqualTo(before);
        train(learner, 1);
        assertThat(flat(learner)).as(optimizer.describe()).isNotEqualTo(before);
      }
    }
  }

  private static boolean train(Learner learner, int steps) {
    for (int i = 0; i < steps; i++) {
      learner.step(ArrayBatch.coloured(i, 48, 6, SHAPE), 0.05, 0.9);
    }
    return true;
  }

  private static float[] find(Learner learner, String name) {
    return learner.weights().stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow()
        .values();
  }

  private static float[] flat(Learner learner) {
    List<NamedTensor> weights = learner.weights();
    float[] flat = new float[weights.stream().mapToInt(t -> t.values().length).sum()];
    int at = 0;
    for (NamedTensor tensor : weights) {
      System.arraycopy(tensor.values(), 0, flat, at, tensor.values().length);
      at += tensor.values().length;
    }
    return flat;
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }
}
