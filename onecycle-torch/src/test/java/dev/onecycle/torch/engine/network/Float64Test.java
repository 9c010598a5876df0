package dev.onecycle.torch.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.TestRanks;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The arithmetic of steps in float64, whose rounding is too small to hide an error. */
@Timeout(300)
class Float64Test {
  private static final ImageShape SHAPE = new ImageShape(3, 12, 8);
  private static final int CLASSES = 5;
  private static final int IMAGES = 37;
  private static final int STEPS = 20;
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.4, 0.5, 0.6), List.of(0.2, 0.25, 0.3));

  /** Images [from, to) of a batch of noise. */
  private record Part(ByteBuffer values, int from, int to) implements Batch {
    static Part whole(int seed) {
      byte[] bytes = new byte[IMAGES * SHAPE.bytes()];
      new SplittableRandom(seed).nextBytes(bytes);
      return new Part(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), 0, IMAGES);
    }

    Part part(int begin, int end) {
      int size = SHAPE.bytes();
      return new Part(values.slice(begin * size, (end - begin) * size), begin, end);
    }

    @Override
    public int size() {
      return to - from;
    }

    @Override
    public int whole() {
      return IMAGES;
    }

    @Override
    public SampleLayout layout() {
      return SHAPE.layout();
    }

    @Override
    public int label(int i) {
      return (from + i) * 7 % CLASSES;
    }

    @Override
    public int index(int i) {
      return from + i;
    }

    @Override
    public void close() {}
  }

  private static final Network WITHOUT_NORMS =
      new Network(
          "plain",
          SHAPE,
          CLASSES,
          Layer.sequence(
              new Layer.Conv(3, 16, 3, 1, 1, true),
              new Layer.Relu(),
              new Layer.MaxPool(2, 2, 0),
              new Layer.Conv(16, 24, 3, 2, 1, true),
              new Layer.Relu(),
              new Layer.GlobalAveragePool(),
              new Layer.Linear(24, CLASSES, true)));

  private static LearnerSettings.Builder settings() {
    return LearnerSettings.builder().precision(Precision.FP32).threads(1).seed(3);
  }

  private static TrainableNetwork network(Network network, LearnerSettings settings) {
    return new TrainableNetwork(
        network, NORMALIZATION, settings, TensorDevice.HOST, NumberTypes.FLOAT64);
  }

  private static double[] weights(TrainableNetwork network) {
    double[] weights = new double[(int) network.parameterCount()];
    network.values.data_ptr_double().get(weights);
    return weights;
  }

  private record Trained(double[] weights, List<StepOutcome> steps) {}

  /** Trains on the images [from, to) of every batch. */
  private static Trained train(LearnerSettings settings, ProcessGroup ranks, int from, int to) {
    try (TrainableNetwork network = network(WITHOUT_NORMS, settings)) {
      ranks.connection().ifPresent(group -> network.join(GlooGroup.of(group), () -> false));
      List<StepOutcome> steps = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        steps.add(network.step(Part.whole(step).part(from, to), 0.05, 0.9));
      }
      return new Trained(weights(network), steps);
    }
  }

  static Stream<Arguments> divisions() {
    LearnerSettings sgd = settings().weightDecay(1e-3).build();
    LearnerSettings weighted =
        settings()
            .optimizer(Optimizer.adamW())
            .weightDecay(1e-2)
            .loss(new Loss.CrossEntropy(List.of(0.5, 2.0, 1.0, 1.5, 0.7), 0.1))
            .gradientClip(0.5)
            .build();
    return Stream.of(
        Arguments.of(sgd, 1, 18),
        Arguments.of(sgd, 2, 5),
        Arguments.of(weighted, 1, 36),
        Arguments.of(weighted, 2, 18));
  }

  /**
   * @param threads of each rank
   * @param cut the images of the first rank; the second has the others
   */
  @ParameterizedTest
  @MethodSource("divisions")
  void twoRanksAreOneRankOfTheWholeBatch(LearnerSettings settings, int threads, int cut) {
    Trained whole = train(settings, ProcessGroup.ALONE, 0, IMAGES);
    LearnerSettings each = settings.toBuilder().threads(threads).build();
    List<Trained> ranks =
        TestRanks.run(
            2,
            group -> train(each, group, group.isFirst() ? 0 : cut, group.isFirst() ? cut : IMAGES));
    assertThat(ranks.get(1).weights).isEqualTo(ranks.get(0).weights);
    assertThat(ranks.get(1).steps).isEqualTo(ranks.get(0).steps);
    assertThat(largestDifference(ranks.get(0).weights, whole.weights)).isLessThan(1e-12);
    for (int step = 0; step < STEPS; step++) {
      StepOutcome found = ranks.get(0).steps.get(step);
      assertThat(found.loss()).isCloseTo(whole.steps.get(step).loss(), within(1e-12));
      assertThat(found.gradientNorm())
          .isCloseTo(whole.steps.get(step).gradientNorm(), within(1e-12));
    }
    assertThat(whole.steps.get(STEPS - 1).loss()).isNotEqualTo(whole.steps.get(0).loss());
  }

  private static double largestDifference(double[] found, double[] wanted) {
    return IntStream.range(0, wanted.length)
        .mapToDouble(i -> Math.abs(found[i] - wanted[i]))
        .max()
        .orElseThrow();
  }
}
