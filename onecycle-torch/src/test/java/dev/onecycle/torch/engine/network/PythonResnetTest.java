package dev.onecycle.torch.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.ArrayBatch;
import dev.onecycle.torch.engine.NamedArray;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.MappingRules;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.WeightFile;
import dev.onecycle.torch.weights.WeightMapping;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The residual networks for photos give the scores that PyTorch gives with the same weights. */
@Tag("long")
class PythonResnetTest {
  private static final int CLASSES = 7;
  private static final int SIDE = 96;
  private static final int IMAGES = 4;

  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(ints = {18, 34, 50})
  void scoresArePyTorchs(int depth) throws IOException, InterruptedException {
    Optional<String> python = python();
    assumeTrue(python.isPresent(), "no Python with torch");
    Path script = temp.resolve("resnet.py");
    try (InputStream source =
        Objects.requireNonNull(PythonResnetTest.class.getResourceAsStream("/python/resnet.py"))) {
      Files.copy(source, script);
    }
    assertThat(run(python.get(), script, depth, CLASSES, SIDE, IMAGES, temp)).isZero();
    ImageShape shape = new ImageShape(3, SIDE, SIDE);
    Network network = Models.photoResnet(depth, shape, CLASSES, 0);
    LearnerSettings settings =
        LearnerSettings.builder().precision(Precision.FP32).threads(1).device(Device.CPU).build();
    ByteBuffer pixels = ByteBuffer.wrap(Files.readAllBytes(temp.resolve("images.bin")));
    ArrayBatch batch = new ArrayBatch(shape, pixels, new int[IMAGES]);
    try (TrainableNetwork engine =
        new TrainableNetwork(network, Normalization.imageNet(), settings)) {
      List<NamedArray> arrays = engine.state().arrays();
      List<NamedTensor> own =
          arrays.stream()
              .map(array -> new NamedTensor(array.name(), array.shape(), array.values()))
              .toList();
      Map<String, NamedTensor> brought =
          WeightMapping.of(
                  WeightFile.read(temp.resolve("weights.pth")), own, MappingRules.defaults())
              .tensors()
              .stream()
              .collect(Collectors.toMap(NamedTensor::name, Function.identity()));
      for (NamedArray array : arrays) {
        array.set(Objects.requireNonNull(brought.get(array.name())).values());
      }
      engine.state().arraysChanged();
      float[] scores = engine.scoresAlone(batch);
      ByteBuffer expected =
          ByteBuffer.wrap(Files.readAllBytes(temp.resolve("scores.bin")))
              .order(ByteOrder.LITTLE_ENDIAN);
      double largest = 0;
      for (float score : scores) {
        float theirs = expected.getFloat();
        largest = Math.max(largest, Math.abs(theirs));
        assertThat((double) score).isCloseTo(theirs, within(1e-4));
      }
      assertThat(expected.hasRemaining()).isFalse();
      assertThat(largest).isGreaterThan(0.1);
    }
  }

  private static Optional<String> python() throws InterruptedException {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        if (run(python, "-c", "import torch") == 0) {
          return Optional.of(python);
        }
      } catch (IOException e) {
        // not there
      }
    }
    return Optional.empty();
  }

  private static int run(Object... words) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(List.of(words).stream().map(String::valueOf).toList())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }
}
