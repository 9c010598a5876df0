package dev.onecycle.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime gives what the engine gives. */
class OnnxFileTest {
  private static final int IMAGES = 5;
  private static final List<String> CLASSES = List.of("cat", "dog", "owl");

  @TempDir Path temp;

  static Stream<String> models() {
    return Models.names().stream();
  }

  private static ImageDataset images(ImageShape shape) {
    byte[] pixels = new byte[IMAGES * shape.bytes()];
    new Random(4).nextBytes(pixels);
    int[] labels = {0, 1, 2, 0, 1};
    return ImageDataset.of(shape, CLASSES, labels, pixels);
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyModelGivesTheSameScores(String name) throws OrtException {
    ModelSpec spec = Models.byName(name);
    int side = Math.max(spec.smallestSide(), 16);
    Network network = spec.network(new ImageShape(3, side, side), CLASSES.size(), 0.1);
    requireEqual(network, 1e-4);
  }

  /** Layers that no model has. */
  @Test
  void everyLayerGivesTheSameScores() throws OrtException {
    Layer.Window wide =
        new Layer.Window(
            new Layer.Size(3, 5), new Layer.Size(1, 2), new Layer.Size(1, 2), new Layer.Size(2, 1));
    Layer body =
        sequence(
            new Layer.ReflectionPad(1, 2, 0, 3),
            new Layer.Conv(3, 8, wide, 1, true),
            new Layer.LayerNorm(8),
            new Layer.Silu(),
            new Layer.Conv(8, 8, new Layer.Window(3, 1, 1), 4, false),
            new Layer.GroupNorm(2, 8),
            new Layer.Hardswish(),
            new Layer.MaxPool(3, 2, 1),
            new Layer.AveragePool(3, 1, 1),
            new Layer.Gelu(),
            new Layer.Flatten(),
            new Layer.Scale(0.25),
            new Layer.Linear(400, 12, true),
            new Layer.LayerNorm(12),
            new Layer.Linear(12, 3, false));
    for (Layer.ViewMean.Views views : Layer.ViewMean.Views.values()) {
      requireEqual(
          new Network("all", new ImageShape(3, 18, 16), 3, new Layer.ViewMean(body, views)), 1e-4);
    }
  }

  private static Layer sequence(Layer... layers) {
    return new Layer.Sequential(
        java.util.stream.IntStream.range(0, layers.length)
            .mapToObj(i -> new Layer.Named("l" + i, layers[i]))
            .toList());
  }

  private void requireEqual(Network network, double tolerance) throws OrtException {
    ImageDataset data = images(network.imageShape());
    LearnerSettings settings = LearnerSettings.builder().precision(Precision.FP32).build();
    Normalization normalization = Normalization.of(data);
    try (Learner learner = Learner.prepare(network, data, normalization, settings);
        BatchLoader loader = BatchLoader.evaluation(data, IMAGES);
        Batch batch = loader.next()) {
      for (int step = 0; step < 3; step++) {
        learner.step(batch, 0.01, 0.9); // running statistics that are not those of the start
      }
      ModelFile model =
          new ModelFile(
              network,
              new Targets.Classes(CLASSES),
              new ModelInput(network.imageShape(), normalization),
              learner.weights());
      double[][] scores = learner.outputs(batch);
      double[][] probabilities = learner.probabilities(batch);
      requireClose(run(model, OnnxFile.Options.NETWORK, batch), scores, tolerance);
      requireClose(run(model, new OnnxFile.Options(true, true), batch), probabilities, tolerance);
    }
  }

  private static void requireClose(float[][] actual, double[][] expected, double tolerance) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < expected[i].length; k++) {
        assertThat((double) actual[i][k])
            .as("output %d of image %d", k, i)
            .isCloseTo(expected[i][k], within(tolerance * Math.max(1, Math.abs(expected[i][k]))));
      }
    }
  }

  private float[][] run(ModelFile model, OnnxFile.Options options, Batch batch)
      throws OrtException {
    Path file = temp.resolve("model.onnx");
    OnnxFile.write(model, options, file);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor images =
            options.normalize()
                ? pixels(environment, batch)
                : normalised(environment, batch, model.normalization());
        OrtSession.Result result = session.run(Map.of("images", images))) {
      assertThat(session.getMetadata().getCustomMetadata())
          .containsKey("onecycle.means")
          .containsEntry("onecycle.normalized_inside", Boolean.toString(options.normalize()));
      assertThat(session.getMetadata().getCustomMetadata().toString()).contains("owl");
      return (float[][])
          result.get(options.probabilities() ? "probabilities" : "scores").orElseThrow().getValue();
    }
  }

  private static long[] shape(Batch batch) {
    ImageShape shape = ImageShape.of(batch.layout());
    return new long[] {batch.size(), shape.channels(), shape.height(), shape.width()};
  }

  /** Pixels in the order [N, C, H, W]; a batch holds them channels last. */
  private static byte[] channelsFirst(Batch batch) {
    ImageShape shape = ImageShape.of(batch.layout());
    ByteBuffer stored = batch.values().duplicate();
    byte[] pixels = new byte[batch.size() * shape.bytes()];
    int area = shape.height() * shape.width();
    for (int i = 0; i < batch.size(); i++) {
      for (int at = 0; at < area; at++) {
        for (int c = 0; c < shape.channels(); c++) {
          pixels[(i * shape.channels() + c) * area + at] =
              stored.get((i * area + at) * shape.channels() + c);
        }
      }
    }
    return pixels;
  }

  private static OnnxTensor pixels(OrtEnvironment environment, Batch batch) throws OrtException {
    byte[] pixels = channelsFirst(batch);
    ByteBuffer direct =
        ByteBuffer.allocateDirect(pixels.length).order(ByteOrder.nativeOrder()).put(pixels).flip();
    return OnnxTensor.createTensor(environment, direct, shape(batch), OnnxJavaType.UINT8);
  }

  private static OnnxTensor normalised(
      OrtEnvironment environment, Batch batch, Normalization normalization) throws OrtException {
    byte[] pixels = channelsFirst(batch);
    int area = (int) (shape(batch)[2] * shape(batch)[3]);
    int channels = (int) shape(batch)[1];
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      int c = i / area % channels;
      double value = (pixels[i] & 0xff) / 255.0;
      values[i] = (float) ((value - normalization.means().get(c)) / normalization.stds().get(c));
    }
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape(batch));
  }

  @Test
  void numbersHaveNoProbabilities() {
    Network network =
        new Network(
            "line",
            dev.onecycle.data.sample.SampleLayout.numbers(2),
            1,
            sequence(new Layer.Linear(2, 1, false)));
    ModelFile model =
        new ModelFile(
            network,
            new Targets.Numbers(List.of("price")),
            new ModelInput(
                network.input(), new Normalization(List.of(0.0, 1.0), List.of(1.0, 2.0))),
            List.of(
                new dev.onecycle.torch.weights.NamedTensor(
                    "l0.weight", new long[] {1, 2}, new float[] {3, -1})));
    Path file = temp.resolve("numbers.onnx");
    assertThatThrownBy(() -> OnnxFile.write(model, new OnnxFile.Options(false, true), file))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith("outputs must be scores to have probabilities but are 1 number");
    assertThat(file).doesNotExist();
    OnnxFile.write(model, new OnnxFile.Options(true, false), file);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor samples = OnnxTensor.createTensor(environment, new float[][] {{1, 1}, {2, 5}});
        OrtSession.Result result = session.run(Map.of("samples", samples))) {
      float[][] numbers = (float[][]) result.get("scores").orElseThrow().getValue();
      assertThat(Arrays.deepToString(numbers)).isEqualTo("[[3.0], [4.0]]");
    } catch (OrtException e) {
      throw new AssertionError(e);
    }
  }
}
