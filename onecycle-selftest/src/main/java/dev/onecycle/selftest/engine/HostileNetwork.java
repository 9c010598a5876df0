package dev.onecycle.selftest.engine;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** A small network, sound or with a layer that does not fit. */
final class HostileNetwork {
  static final ImageShape SHAPE = new ImageShape(3, 12, 10);
  static final int CLASSES = 4;

  private HostileNetwork() {}

  private static List<Layer> layers() {
    return new ArrayList<>(
        Arrays.asList(
            new Layer.Conv(3, 6, 3, 1, 1, false),
            new Layer.BatchNorm(6),
            new Layer.Relu(),
            new Layer.Residual(new Layer.Conv(6, 6, 3, 1, 1, true), Layer.identity()),
            new Layer.MaxPool(2),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(6, CLASSES, true)));
  }

  private static Network network(List<Layer> layers) {
    return new Network("small", SHAPE, CLASSES, Layer.sequence(layers.toArray(Layer[]::new)));
  }

  /** The sound network. */
  static Network sound() {
    return network(layers());
  }

  /** Makes the network with a random layer that does not fit its place. */
  static Network misfit(SplittableRandom random) {
    List<Layer> layers = layers();
    int more = random.nextInt(1, 1000);
    switch (random.nextInt(12)) {
      case 0 -> layers.set(0, new Layer.Conv(3 + more, 6, 3, 1, 1, false));
      case 1 -> layers.set(0, new Layer.Conv(3, 6 + more, 3, 1, 1, false));
      case 2 -> layers.set(0, new Layer.Conv(3, 6, 12 + more, 1, 0, false));
      case 3 -> layers.set(1, new Layer.BatchNorm(6 + more));
      case 4 ->
          layers.set(
              3, new Layer.Residual(new Layer.Conv(6, 6, 3, 1 + more, 1, true), Layer.identity()));
      case 5 -> layers.set(4, new Layer.MaxPool(10 + more));
      case 6 -> layers.set(5, new Layer.Flatten());
      case 7 -> layers.remove(5);
      case 8 -> layers.set(6, new Layer.Linear(6, CLASSES + more, true));
      case 9 -> layers.add(6, new Layer.Conv(6, 6, 1, 1, 0, true));
      case 10 -> layers.add(random.nextInt(6), new Layer.ReflectionPad(9 + more));
      default -> layers.add(random.nextInt(1, 6), new Layer.Whitening(3, 2));
    }
    return network(layers);
  }
}
