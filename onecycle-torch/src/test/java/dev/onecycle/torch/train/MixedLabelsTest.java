package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Precision;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The loss of images whose labels are mixed is the mixed loss of their labels. */
class MixedLabelsTest {
  private static final ImageShape SHAPE = new ImageShape(3, 8, 8);
  private static final int IMAGES = 40;
  private static final List<Double> WEIGHTS = List.of(0.5, 2.0, 1.0);

  private record Mixed(ArrayBatch images, int[] others, double share) implements Batch {
    @Override
    public int size() {
      return images.size();
    }

    @Override
    public SampleLayout layout() {
      return images.layout();
    }

    @Override
    public ByteBuffer values() {
      return images.values();
    }

    @Override
    public int label(int i) {
      return images.label(i);
    }

    @Override
    public int mixedLabel(int i) {
      return others[i];
    }

    @Override
    public double share(int i) {
      return share;
    }

    @Override
    public int index(int i) {
      return i;
    }

    @Override
    public void close() {}
  }

  /** The loss of a step, and the weights of the last layer after it. */
  private record Stepped(double loss, float[] weights) {}

  private static Stepped step(Batch batch, boolean weighted, double smoothing) {
    LearnerSettings settings =
        LearnerSettings.builder()
            .precision(Precision.FP32)
            .threads(2)
            .weightDecay(0)
            .loss(new Loss.CrossEntropy(weighted ? WEIGHTS : List.of(), smoothing))
            .build();
    try (Learner learner =
        Learner.prepare(Models.resnet(8, SHAPE, 3, 0), ImageSets.noise(SHAPE, 3), settings)) {
      double loss = learner.step(batch, 0.1, 0).loss();
      float[] weights =
          learner.weights().stream()
              .filter(tensor -> tensor.name().equals("fc.weight"))
              .findFirst()
              .orElseThrow()
              .values();
      return new Stepped(loss, weights);
    }
  }

  private static double total(int[] labels) {
    return Arrays.stream(labels).mapToDouble(WEIGHTS::get).sum();
  }

  @ParameterizedTest
  @CsvSource({"false, 0, 0.3", "false, 0.1, 0.75", "true, 0, 0.3", "true, 0.1, 0.5", "true, 0, 0"})
  void lossAndGradientAreMixedAlike(boolean weighted, double smoothing, double share) {
    ArrayBatch own = ArrayBatch.coloured(3, IMAGES, 3, SHAPE);
    int[] others = Arrays.stream(own.labels()).map(label -> (label + 1) % 3).toArray();
    ArrayBatch other = new ArrayBatch(SHAPE, own.values(), others);
    Stepped first = step(own, weighted, smoothing);
    Stepped second = step(other, weighted, smoothing);
    Stepped mixed = step(new Mixed(own, others, share), weighted, smoothing);
    double one = share * (weighted ? total(own.labels()) : IMAGES);
    double two = (1 - share) * (weighted ? total(others) : IMAGES);
    assertThat(mixed.loss)
        .isCloseTo((one * first.loss + two * second.loss) / (one + two), within(1e-6));
    for (int i = 0; i < mixed.weights.length; i++) {
      double expected = (one * first.weights[i] + two * second.weights[i]) / (one + two);
      assertThat((double) mixed.weights[i]).isCloseTo(expected, within(1e-6));
    }
    assertThatThrownBy(() -> step(new Mixed(own, others, 1.5), weighted, smoothing))
        .hasMessageContaining("share of the label of image 0 of a batch must be in [0, 1]");
  }
}
