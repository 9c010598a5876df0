package dev.onecycle.torch.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.torch.engine.NamedArray;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.TensorLayout;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The copies to a GPU and back, made on the processor: they change no bit. */
@Tag("long")
class TensorDeviceTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.4, 0.5, 0.6), List.of(0.2, 0.25, 0.3));

  private record Noise(ImageShape shape, ByteBuffer values, int size) implements Batch {
    @Override
    public SampleLayout layout() {
      return shape.layout();
    }

    static Noise of(int seed, int size) {
      byte[] bytes = new byte[size * SHAPE.bytes()];
      new SplittableRandom(seed).nextBytes(bytes);
      return new Noise(SHAPE, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), size);
    }

    @Override
    public int label(int i) {
      return i % 6;
    }

    @Override
    public int index(int i) {
      return i;
    }

    @Override
    public void close() {}
  }

  private static TrainableNetwork network(
      Network network,
      LearnerSettings.Builder settings,
      boolean bfloat16,
      int threads,
      TensorDevice device) {
    settings.seed(3).precision(bfloat16 ? Precision.BF16 : Precision.FP32).threads(threads);
    return new TrainableNetwork(network, NORMALIZATION, settings.build(), device);
  }

  private static Network resnet() {
    return Models.resnet(8, SHAPE, 6, 0.2);
  }

  @ParameterizedTest
  @CsvSource({"false, 1, 1", "true, 1, 2", "true, 2, 1"})
  void trainingIsTheSameWithCopies(boolean bfloat16, int threads, int accumulation) {
    for (Optimizer optimizer : List.of(Optimizer.sgd(), Optimizer.adamW(), Optimizer.muon())) {
      LearnerSettings.Builder settings =
          LearnerSettings.builder().optimizer(optimizer).accumulation(accumulation);
      try (TrainableNetwork plain =
              network(resnet(), settings, bfloat16, threads, TensorDevice.HOST);
          TrainableNetwork copied =
              network(resnet(), settings, bfloat16, threads, TensorDevice.COPIED)) {
        for (int step = 0; step < 3; step++) {
          assertThat(copied.step(Noise.of(step, 70), 0.05, 0.9))
              .isEqualTo(plain.step(Noise.of(step, 70), 0.05, 0.9));
        }
        copied.observe(Noise.of(9, 70), 0, 0.5);
        plain.observe(Noise.of(9, 70), 0, 0.5);
        assertSame(copied, plain);
        TrainableNetwork.Scored expected = plain.score(Noise.of(8, 50), index -> "#" + index);
        TrainableNetwork.Scored found = copied.score(Noise.of(8, 50), index -> "#" + index);
        assertThat(found.scores()).isEqualTo(expected.scores());
        assertThat(found.lossSum()).isEqualTo(expected.lossSum());
      }
    }
  }

  private static void assertSame(TrainableNetwork found, TrainableNetwork expected) {
    assertSame(found.state().arrays(), expected.state().arrays());
    assertSame(found.state().optimizerArrays(), expected.state().optimizerArrays());
  }

  private static void assertSame(List<NamedArray> found, List<NamedArray> expected) {
    assertThat(found).hasSameSizeAs(expected).isNotEmpty();
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).values())
          .as(expected.get(i).name())
          .isEqualTo(expected.get(i).values());
    }
  }

  /**
   * As a checkpoint does: the state of one network in another one, which continues like the first.
   */
  @Test
  void arraysWrittenByCopiesAreUsed() {
    LearnerSettings.Builder settings = LearnerSettings.builder();
    try (TrainableNetwork first = network(resnet(), settings, false, 1, TensorDevice.COPIED);
        TrainableNetwork second = network(resnet(), settings, false, 1, TensorDevice.COPIED);
        TrainableNetwork plain = network(resnet(), settings, false, 1, TensorDevice.HOST)) {
      for (int step = 0; step < 2; step++) {
        first.step(Noise.of(step, 32), 0.05, 0.9);
      }
      for (TrainableNetwork other : List.of(second, plain)) {
        copy(first.state().arrays(), other.state().arrays());
        copy(first.state().optimizerArrays(), other.state().optimizerArrays());
        other.state().updates(first.state().updates());
        other.state().arraysChanged();
        assertSame(other, first);
      }
      StepOutcome next = first.step(Noise.of(2, 32), 0.05, 0.9);
      assertThat(second.step(Noise.of(2, 32), 0.05, 0.9)).isEqualTo(next);
      assertThat(plain.step(Noise.of(2, 32), 0.05, 0.9)).isEqualTo(next);
      assertSame(second, first);
      assertSame(plain, first);
    }
  }

  private static void copy(List<NamedArray> from, List<NamedArray> to) {
    for (int i = 0; i < from.size(); i++) {
      to.get(i).set(from.get(i).values());
    }
  }

  @Test
  void aSnapshotRestoresEveryBitWithCopies() {
    try (TrainableNetwork network =
            network(resnet(), LearnerSettings.builder(), false, 1, TensorDevice.COPIED);
        TrainableNetwork calm =
            network(resnet(), LearnerSettings.builder(), false, 1, TensorDevice.COPIED)) {
      try (NetworkState.Snapshot before = network.state().snapshot()) {
        network.step(Noise.of(1, 32), 0.05, 0.9);
        network.state().restore(before);
      }
      assertSame(network, calm);
    }
  }

  @Test
  void copiesKeepLayoutAndType() {
    Natives.load();
    try (PointerScope scope = new PointerScope()) {
      long[] shape = {2, 3, 4, 5};
      Tensor images = torch.randn(2 * 3 * 4 * 5).as_strided(shape, TensorLayout.strides(shape));
      for (ScalarType type : List.of(ScalarType.Float, ScalarType.Byte, ScalarType.Long)) {
        Tensor typed = images.to(type);
        Tensor sent = TensorDevice.COPIED.sent(typed);
        assertThat(sent.data_ptr().address()).isNotEqualTo(typed.data_ptr().address());
        assertThat(sent.scalar_type().intern()).isEqualTo(type);
        assertThat(sent.stride(1)).isEqualTo(1);
        Tensor back = TensorDevice.COPIED.read(sent);
        assertThat(back.equal(typed)).isTrue();
        assertThat(back.stride(1)).isEqualTo(1);
      }
      assertThat(TensorDevice.HOST.sent(images)).isSameAs(images);
      assertThat(TensorDevice.HOST.read(images)).isSameAs(images);
    }
  }

  /** Several replicas, several slices each, and slices of unequal sizes. */
  @ParameterizedTest
  @CsvSource({"HOST, 1, 1", "HOST, 2, 3", "COPIED, 2, 3"})
  void theLossOfAStepIsTheMeanOverItsImages(TensorDevice device, int threads, int accumulation) {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(3, 8, 3, 2, 1, true),
            new Layer.Relu(),
            new Layer.Flatten(),
            new Layer.Linear(8 * 8 * 8, 6, true));
    Network plain = new Network("plain", SHAPE, 6, layers);
    LearnerSettings.Builder settings = LearnerSettings.builder().accumulation(accumulation);
    Batch batch = Noise.of(4, 101);
    try (TrainableNetwork network = network(plain, settings, false, threads, device)) {
      double expected = network.score(batch, index -> "#" + index).lossSum() / batch.size();
      double norm = 0;
      try (TrainableNetwork whole = network(plain, settings, false, 1, TensorDevice.HOST)) {
        norm = whole.step(batch, 0.01, 0.9).gradientNorm();
      }
      StepOutcome result = network.step(batch, 0.01, 0.9);
      assertThat(result.loss()).isCloseTo(expected, within(1e-5));
      assertThat(result.gradientNorm()).isCloseTo(norm, within(1e-4 * norm));
    }
  }
}
