package dev.onecycle.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.testing.Python;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One trained model has the same accuracy in every runtime that it is exported to. */
@Tag("long")
class ExportedAccuracyTest {
  private static final ImageShape SHAPE = new ImageShape(3, 64, 64);
  private static final int IMAGES = 256;
  private static final List<String> CLASSES = List.of("red", "green", "blue");

  /** A tenth of a percent. */
  private static final double CLOSE = 0.001;

  @TempDir static Path temp = Path.of("");
  private static ModelFile model = ExportedNetworks.untrained();
  private static byte[] pixels = {};
  private static int[] labels = {};
  private static double accuracy;

  /** Noisy colours, so that some images are classified wrongly. */
  private static ImageDataset images(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[IMAGES * SHAPE.bytes()];
    int[] classes = new int[IMAGES];
    for (int i = 0; i < IMAGES; i++) {
      classes[i] = random.nextInt(CLASSES.size());
      double[] shift = {random.nextGaussian(), random.nextGaussian(), random.nextGaussian()};
      shift[classes[i]] += 1;
      for (int at = 0; at < SHAPE.bytes(); at++) {
        double value = 128 + 20 * shift[at % 3] + 30 * (random.nextDouble() - 0.5);
        bytes[i * SHAPE.bytes() + at] = (byte) Math.max(0, Math.min(255, value));
      }
    }
    return ImageDataset.of(SHAPE, CLASSES, classes, bytes);
  }

  @BeforeAll
  static void train() throws IOException {
    ImageDataset train = images(1);
    ImageDataset test = images(2);
    Network network = Models.byName("resnet18").network(SHAPE, CLASSES.size(), 0);
    LearnerSettings settings = LearnerSettings.builder().precision(Precision.FP32).build();
    try (Learner learner = Learner.prepare(network, train, Normalization.of(train), settings)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        try (BatchLoader loader = BatchLoader.evaluation(train, 32)) {
          while (loader.hasNext()) {
            try (Batch batch = loader.next()) {
              learner.step(batch, 0.005, 0.9);
            }
          }
        }
      }
      try (BatchLoader loader = BatchLoader.evaluation(train, 32)) {
        learner.reestimateBatchNorms(() -> loader);
      }
      model =
          new ModelFile(
              network, CLASSES, new ModelInput(SHAPE, learner.normalization()), learner.weights());
      try (BatchLoader loader = BatchLoader.evaluation(test, 64)) {
        accuracy = learner.evaluate(() -> loader, done -> {}).accuracy();
      }
    }
    try (BatchLoader loader = BatchLoader.evaluation(test, IMAGES);
        Batch batch = loader.next()) {
      pixels = ExportedNetworks.channelsFirst(batch);
      labels = new int[IMAGES];
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < IMAGES; i++) {
        labels[i] = batch.label(i);
        text.append(labels[i]).append(' ');
      }
      Files.write(temp.resolve("pixels"), pixels);
      Files.writeString(temp.resolve("labels"), text.toString());
    }
    assertThat(accuracy).isBetween(0.4, 0.98);
  }

  @AfterAll
  static void forget() {
    pixels = new byte[0];
  }

  private static final String READ =
      """
      import sys, torch
      labels = torch.tensor([int(word) for word in open(sys.argv[2] + "/labels").read().split()])
      pixels = bytearray(open(sys.argv[2] + "/pixels", "rb").read())
      images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(len(labels), 3, 64, 64)
      """;

  private static Python python(String... modules) {
    Optional<Python> python = Python.with(modules);
    assumeTrue(python.isPresent(), "no Python with " + String.join(", ", modules));
    return python.orElseThrow();
  }

  @Test
  void inOnnxRuntime() throws OrtException {
    Path file = temp.resolve("model.onnx");
    OnnxFile.write(model, new ExportOptions(true, true), file);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    ByteBuffer direct =
        ByteBuffer.allocateDirect(pixels.length).order(ByteOrder.nativeOrder()).put(pixels).flip();
    int right = 0;
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor images =
            OnnxTensor.createTensor(
                environment, direct, new long[] {IMAGES, 3, 64, 64}, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("images", images))) {
      float[][] probabilities = (float[][]) result.get("probabilities").orElseThrow().getValue();
      for (int i = 0; i < IMAGES; i++) {
        int best = 0;
        for (int c = 1; c < CLASSES.size(); c++) {
          best = probabilities[i][c] > probabilities[i][best] ? c : best;
        }
        right += best == labels[i] ? 1 : 0;
      }
    }
    assertThat(right / (double) IMAGES).isCloseTo(accuracy, within(CLOSE));
  }

  @Test
  void asTorchScriptInPython() {
    Path file = temp.resolve("model.pt");
    TorchScriptFile.write(model, new ExportOptions(true, true), file);
    String printed =
        python("torch")
            .run(
                READ
                    + "network = torch.jit.load(sys.argv[1])\n"
                    + "print((network(images).argmax(1) == labels).double().mean().item())",
                file,
                temp);
    assertThat(Double.parseDouble(printed)).isCloseTo(accuracy, within(CLOSE));
  }

  /** The weights are those of a network of torchvision. */
  @Test
  void asWeightsInTorchvision() {
    Path file = temp.resolve("model.safetensors");
    model.write(file);
    String loader = PythonLoader.of(file);
    Normalization normalization = model.normalization();
    String printed =
        python("torch", "torchvision")
            .run(
                READ
                    + loader
                    + """

                    import torchvision
                    network = torchvision.models.resnet18(num_classes=3)
                    missing = network.load_state_dict(weights, strict=False)
                    assert not missing.unexpected_keys, missing
                    assert all(k.endswith("num_batches_tracked") for k in missing.missing_keys)
                    network.eval()
                    mean = torch.tensor(%s).reshape(1, 3, 1, 1)
                    std = torch.tensor(%s).reshape(1, 3, 1, 1)
                    with torch.no_grad():
                        scores = network((images.float() / 255 - mean) / std)
                    print((scores.argmax(1) == labels).double().mean().item())
                    """
                        .formatted(normalization.means(), normalization.stds()),
                file,
                temp);
    assertThat(Double.parseDouble(printed)).isCloseTo(accuracy, within(CLOSE));
  }

  @Test
  void inThePredictor() {
    List<ByteBuffer> samples = new ArrayList<>();
    int area = SHAPE.height() * SHAPE.width();
    for (int i = 0; i < IMAGES; i++) {
      ByteBuffer sample = ByteBuffer.allocate(SHAPE.bytes());
      for (int at = 0; at < area; at++) {
        for (int c = 0; c < 3; c++) {
          sample.put(pixels[(i * 3 + c) * area + at]);
        }
      }
      samples.add(sample.flip());
    }
    int right = 0;
    try (Predictor predictor =
        Predictor.of(model, PredictorOptions.defaults().withPrecision(Precision.FP32))) {
      List<String> names =
          predictor.predictValues(samples, 1).stream().map(p -> p.best().name()).toList();
      for (int i = 0; i < IMAGES; i++) {
        right += names.get(i).equals(CLASSES.get(labels[i])) ? 1 : 0;
      }
    }
    assertThat(right / (double) IMAGES).isCloseTo(accuracy, within(CLOSE));
  }
}
