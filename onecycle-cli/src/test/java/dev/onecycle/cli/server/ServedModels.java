package dev.onecycle.cli.server;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;

/** Small models whose answers are known. */
final class ServedModels {
  /** The class of an image is the channel that is highest on average; one name is hostile. */
  static final List<String> CLASSES = List.of("red", "<img src=x onerror=alert(1)>", "blue");

  private ServedModels() {}

  static ModelFile ofColours() {
    Layer layers = Layer.sequence(new Layer.GlobalAveragePool(), new Layer.Linear(3, 3, false));
    Network network = new Network("colours", new ImageShape(3, 8, 8), 3, layers);
    float[] matrix = {4, 0, 0, 0, 4, 0, 0, 0, 4};
    return new ModelFile(
        network,
        CLASSES,
        new ModelInput(
            network.imageShape(),
            new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25))),
        List.of(new NamedTensor("1.weight", new long[] {3, 3}, matrix)));
  }

  /** Gives the sum and the difference of two numbers. */
  static ModelFile ofNumbers() {
    Network network =
        new Network("sums", SampleLayout.numbers(2), 2, new Layer.Linear(2, 2, false));
    return new ModelFile(
        network,
        new Targets.Numbers(List.of("sum", "difference")),
        new ModelInput(network.input(), new Normalization(List.of(0.0, 0.0), List.of(1.0, 1.0))),
        List.of(new NamedTensor("weight", new long[] {2, 2}, new float[] {1, 1, 1, -1})));
  }

  static byte[] png(Color colour) {
    BufferedImage image = new BufferedImage(20, 12, BufferedImage.TYPE_INT_RGB);
    int[] pixels = new int[20 * 12];
    Arrays.fill(pixels, colour.getRGB());
    image.setRGB(0, 0, 20, 12, pixels, 0, 20);
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
