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
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime gives what the engine gives. */
@Tag("long")
class OnnxFileTest {
  @TempDir Path temp;

  static Stream<Network> networks() {
    return ExportedNetworks.all();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theGraphGivesTheSameScores(Network network) throws OrtException {
    ImageDataset data = ExportedNetworks.images(network.imageShape());
    try (Learner learner = ExportedNetworks.trained(network, data);
        BatchLoader loader = BatchLoader.evaluation(data, data.size());
        Batch batch = loader.next()) {
      ModelFile model = ExportedNetworks.model(learner, data);
      requireClose(run(model, ExportOptions.NETWORK, batch), learner.outputs(batch), 1e-4);
      requireClose(
          run(model, new ExportOptions(true, true), batch), learner.probabilities(batch), 1e-4);
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

  private float[][] run(ModelFile model, ExportOptions options, Batch batch) throws OrtException {
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
      assertThat(session.getMetadata().getCustomMetadata().toString()).contains("eule ü");
      return (float[][])
          result.get(options.probabilities() ? "probabilities" : "scores").orElseThrow().getValue();
    }
  }

  private static long[] shape(Batch batch) {
    ImageShape shape = ImageShape.of(batch.layout());
    return new long[] {batch.size(), shape.channels(), shape.height(), shape.width()};
  }

  private static OnnxTensor pixels(OrtEnvironment environment, Batch batch) throws OrtException {
    byte[] pixels = ExportedNetworks.channelsFirst(batch);
    ByteBuffer direct =
        ByteBuffer.allocateDirect(pixels.length).order(ByteOrder.nativeOrder()).put(pixels).flip();
    return OnnxTensor.createTensor(environment, direct, shape(batch), OnnxJavaType.UINT8);
  }

  private static OnnxTensor normalised(
      OrtEnvironment environment, Batch batch, Normalization normalization) throws OrtException {
    byte[] pixels = ExportedNetworks.channelsFirst(batch);
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
            SampleLayout.numbers(2),
            1,
            ExportedNetworks.sequence(new Layer.Linear(2, 1, false)));
    ModelFile model =
        new ModelFile(
            network,
            new Targets.Numbers(List.of("price")),
            new ModelInput(
                network.input(), new Normalization(List.of(0.0, 1.0), List.of(1.0, 2.0))),
            List.of(new NamedTensor("l0.weight", new long[] {1, 2}, new float[] {3, -1})));
    Path file = temp.resolve("numbers.onnx");
    assertThatThrownBy(() -> OnnxFile.write(model, new ExportOptions(false, true), file))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith("outputs must be scores to have probabilities but are 1 number");
    assertThat(file).doesNotExist();
    OnnxFile.write(model, new ExportOptions(true, false), file);
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
