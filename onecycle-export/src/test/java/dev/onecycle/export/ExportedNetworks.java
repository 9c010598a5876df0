package dev.onecycle.export;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
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
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The networks that every format is tested with: all models, and layers that no model has. */
final class ExportedNetworks {
  private static final int IMAGES = 5;
  static final List<String> CLASSES = List.of("cat", "dog", "eule ü");

  private ExportedNetworks() {}

  static Stream<Network> all() {
    return Stream.concat(
        Models.names().stream().map(ExportedNetworks::model),
        Stream.of(Layer.ViewMean.Views.values()).map(ExportedNetworks::ofEveryLayer));
  }

  /** One model, and every layer. */
  static List<Network> some() {
    return List.of(model("resnet20"), ofEveryLayer(Layer.ViewMean.Views.FLIP_AND_SHIFT));
  }

  private static Network model(String name) {
    ModelSpec spec = Models.byName(name);
    int side = Math.max(spec.smallestSide(), 16);
    return spec.network(new ImageShape(3, side, side), CLASSES.size(), 0.1);
  }

  private static Network ofEveryLayer(Layer.ViewMean.Views views) {
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
    return new Network(
        "every-layer-" + views, new ImageShape(3, 18, 16), 3, new Layer.ViewMean(body, views));
  }

  static Layer sequence(Layer... layers) {
    return new Layer.Sequential(
        IntStream.range(0, layers.length)
            .mapToObj(i -> new Layer.Named("l" + i, layers[i]))
            .toList());
  }

  static ImageDataset images(ImageShape shape) {
    byte[] pixels = new byte[IMAGES * shape.bytes()];
    new Random(4).nextBytes(pixels);
    return ImageDataset.of(shape, CLASSES, new int[] {0, 1, 2, 0, 1}, pixels);
  }

  /** A learner after a few steps: its running statistics are not those of the start. */
  static Learner trained(Network network, ImageDataset data) {
    Learner learner =
        Learner.prepare(network, data, LearnerSettings.builder().precision(Precision.FP32).build());
    try (BatchLoader loader = BatchLoader.evaluation(data, data.size());
        Batch batch = loader.next()) {
      for (int step = 0; step < 3; step++) {
        learner.step(batch, 0.01, 0.9);
      }
    }
    return learner;
  }

  static ModelFile model(Learner learner, ImageDataset data) {
    return new ModelFile(
        learner.network(),
        data.classes(),
        new ModelInput(data.shape(), learner.normalization()),
        learner.weights());
  }

  /** A model of a few weights. */
  static ModelFile untrained() {
    Network network =
        new Network(
            "small",
            new ImageShape(3, 8, 8),
            3,
            sequence(new Layer.GlobalAveragePool(), new Layer.Linear(3, 3, false)));
    return new ModelFile(
        network,
        CLASSES,
        new ModelInput(
            network.imageShape(),
            new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25))),
        List.of(new NamedTensor("l1.weight", new long[] {3, 3}, new float[9])));
  }

  /** Pixels in the order [N, C, H, W]; a batch holds them channels last. */
  static byte[] channelsFirst(Batch batch) {
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
}
