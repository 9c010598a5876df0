package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Training on numbers and tokens, with numbers, labels and classes as targets. */
class OtherDataTest {
  private static final LearnerSettings MSE =
      LearnerSettings.builder().loss(new Loss.MeanSquaredError()).weightDecay(0).build();

  /** y = x0 − 2 x1, of features of very different size. */
  private static Dataset plane(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[2 * count];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      double a = random.nextDouble() - 0.5;
      double b = random.nextDouble() - 0.5;
      x[2 * i] = (float) (1000 * a + 5000);
      x[2 * i + 1] = (float) (0.01 * b);
      y[i] = (float) (a - 2 * b);
    }
    return Samples.ofNumbers(x, 2).withNumbers(List.of("y"), y);
  }

  private static Network linear(int features, int outputs) {
    return new Network(
        "linear",
        SampleLayout.numbers(features),
        outputs,
        new Layer.Linear(features, outputs, true));
  }

  @Test
  void aLinearNetworkLearnsAPlane() {
    Dataset train = plane(1, 400);
    try (Learner learner = Learner.prepare(linear(2, 1), train, MSE)) {
      TrainingPlan plan = TrainingPlan.of(10, 20).withAugmentation(Augmentation.none());
      List<EpochRecord> epochs =
          Training.run(
              learner,
              OneCycle.of(plan.steps(400), 0.1),
              plan,
              train,
              plane(2, 100),
              new TrainingListener() {},
              () -> false);
      Evaluated end = epochs.get(9).evaluated().orElseThrow();
      assertThat(end.loss()).isLessThan(1e-3);
      assertThat(end.metrics().keySet())
          .containsExactly("mean_absolute_error", "root_mean_squared_error", "r2");
      assertThat(end.metrics().get("r2")).isGreaterThan(0.999);
      assertThat(end.metrics().get("root_mean_squared_error"))
          .isCloseTo(Math.sqrt(end.loss()), within(1e-6));
      assertThat(end.accuracy()).isNaN();
    }
  }

  @Test
  void theLossOfKnowingNothingIsThatOfTheBestConstant() {
    Dataset train = Samples.ofNumbers(new float[4], 1).withNumbers(List.of("y"), targets());
    double variance = variance(targets());
    assertThat(LossScales.chance(train, Sampling.SHUFFLED, new Loss.MeanSquaredError()))
        .isCloseTo(variance, within(1e-6));
    // Huber with delta 1: the answer c with Σ clip(t − c) = 0 is the median region's.
    double huber = LossScales.chance(train, Sampling.SHUFFLED, new Loss.Huber(1));
    double best = Double.POSITIVE_INFINITY;
    for (double c = -20; c < 20; c += 0.001) {
      double sum = 0;
      for (float t : targets()) {
        double d = Math.abs(t - c);
        sum += d < 1 ? d * d / 2 : d - 0.5;
      }
      best = Math.min(best, sum / 4);
    }
    assertThat(huber).isCloseTo(best, within(1e-5));
  }

  private static float[] targets() {
    return new float[] {-3, 0, 1, 10};
  }

  private static double variance(float[] values) {
    double mean = 0;
    for (float value : values) {
      mean += value / values.length;
    }
    double sum = 0;
    for (float value : values) {
      sum += (value - mean) * (value - mean) / values.length;
    }
    return sum;
  }

  @Test
  void aRangeTestReadsALossOfAnyScale() {
    Dataset train = plane(1, 400);
    Layer layers =
        Layer.sequence(
            new Layer.Linear(2, 32, true), new Layer.Relu(), new Layer.Linear(32, 1, true));
    Network network = new Network("two layers", SampleLayout.numbers(2), 1, layers);
    Setup setup = new Setup(network, 40, 0.9, Augmentation.none(), MSE);
    try (Learner learner = Learner.prepare(setup.network(), train, MSE)) {
      RangeResult result =
          LearningRateFinder.of(setup, train)
              .run(learner, RangeTest.atMomentum(0.9), 0, point -> {});
      assertThat(result.scale().orElseThrow().chance()).isCloseTo(5 / 12.0, within(0.05));
      assertThat(result.scale().orElseThrow().lowest()).isEqualTo(0);
      assertThat(result.suggestion()).isPresent();
    }
  }

  @Test
  void tokensAndSignalsReachTheNetwork() {
    Dataset tokens =
        Samples.ofTokens(new long[] {0, 1, 2, 3, 4, 4}, 3)
            .withClasses(List.of("a", "b"), new int[] {0, 1});
    Layer text =
        Layer.sequence(
            new Layer.Embedding(5, 4), new Layer.GlobalAveragePool(), new Layer.Linear(4, 2, true));
    Network network = new Network("text", SampleLayout.tokens(3), 2, text);
    try (Learner learner = Learner.prepare(network, tokens, LearnerSettings.defaults())) {
      assertThat(learner.normalization().means()).isEmpty();
      try (BatchLoader batches = BatchLoader.evaluation(tokens, 2)) {
        double[][] outputs = learner.outputs(batches.next());
        assertThat(outputs).hasDimensions(2, 2);
      }
    }
    Dataset unknown =
        Samples.ofTokens(new long[] {0, 1, 5}, 3).withClasses(List.of("a", "b"), new int[] {0});
    try (Learner learner = Learner.prepare(network, tokens, LearnerSettings.defaults())) {
      assertThatThrownBy(() -> Training.evaluate(learner, unknown, done -> {}))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageStartingWith(
              "value 2 of sample 0 of a batch (#0) must be in [0, 5), a token of text, but was 5");
    }
  }

  @Test
  void whatDoesNotFitIsRefusedByName() {
    Dataset train = plane(1, 40);
    assertThatThrownBy(
            () -> Learner.prepare(linear(2, 1), train, LearnerSettings.defaults()).close())
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "targets of the loss cross-entropy must be classes but was 1 number; take mean squared"
                + " error as the loss");
    assertThatThrownBy(() -> Learner.prepare(linear(3, 1), train, MSE).close())
        .hasMessageContaining("float32 [3]");
    assertThatThrownBy(() -> Learner.prepare(linear(2, 2), train, MSE).close())
        .hasMessageContaining("numbers of the training samples must be 2");
    assertThatThrownBy(
            () ->
                Samples.ofNumbers(new float[] {1, Float.NaN}, 2)
                    .withNumbers(List.of("y"), new float[] {1}))
        .hasMessage(
            "value 1 of sample 0 must be finite but was NaN; correct it, or leave the sample out");
    Sampler sampler = Sampler.shuffled(40, 10, 0);
    assertThatThrownBy(() -> BatchLoader.endless(train, Augmentation.standard(), sampler).close())
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith("augmentation must be none for samples float32 [2], which are no");
    assertThatThrownBy(() -> Sampler.of(Sampling.BALANCED, train, 10, 0))
        .hasMessage("sampling must be shuffled for targets that are no classes but was balanced");
    Dataset same =
        Samples.ofNumbers(new float[] {1, 2}, 1).withNumbers(List.of("y"), new float[] {7, 7});
    assertThatThrownBy(
            () -> LossScales.chance(same, Sampling.SHUFFLED, new Loss.MeanSquaredError()))
        .isInstanceOf(BadDataException.class)
        .hasMessage("every sample has the same target, 1 number; nothing can be learned");
    // To evaluate on them is no fault: there is no loss of knowing nothing.
    assertThat(LossScales.ofEvaluation(same, new Loss.MeanSquaredError())).isEmpty();
    Dataset oneClass =
        Samples.ofNumbers(new float[] {1, 2}, 1).withClasses(List.of("a", "b"), new int[] {1, 1});
    assertThat(LossScales.ofEvaluation(oneClass, new Loss.CrossEntropy(List.of(), 0))).isEmpty();
  }
}
