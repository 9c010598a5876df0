package dev.onecycle.bench.suggestion;

import static dev.onecycle.torch.nn.Layer.sequence;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.BatchNorm;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.Flatten;
import dev.onecycle.torch.nn.Layer.GlobalAveragePool;
import dev.onecycle.torch.nn.Layer.Linear;
import dev.onecycle.torch.nn.Layer.MaxPool;
import dev.onecycle.torch.nn.Layer.Relu;
import dev.onecycle.torch.nn.Network;
import java.util.Locale;

/** Networks that are small enough to be trained hundreds of times, unlike the library's models. */
enum SmallNet {
  /** Two layers of weights on pixels. */
  DENSE {
    @Override
    Layer layers(ImageShape input, int classes) {
      int pixels = input.channels() * input.height() * input.width();
      return sequence(
          new Flatten(), new Linear(pixels, 128, true), new Relu(), new Linear(128, classes, true));
    }
  },
  /** Three convolutions without batch norm. */
  PLAIN {
    @Override
    Layer layers(ImageShape input, int classes) {
      return sequence(
          new Conv(input.channels(), 16, 3, 1, 1, true),
          new Relu(),
          new MaxPool(2),
          new Conv(16, 32, 3, 1, 1, true),
          new Relu(),
          new MaxPool(2),
          new Conv(32, 64, 3, 1, 1, true),
          new Relu(),
          new GlobalAveragePool(),
          new Linear(64, classes, true));
    }
  },
  /** Three convolutions with batch norm. */
  NORMED {
    @Override
    Layer layers(ImageShape input, int classes) {
      return sequence(
          new Conv(input.channels(), 16, 3, 1, 1, false),
          new BatchNorm(16),
          new Relu(),
          new MaxPool(2),
          new Conv(16, 32, 3, 1, 1, false),
          new BatchNorm(32),
          new Relu(),
          new MaxPool(2),
          new Conv(32, 64, 3, 1, 1, false),
          new BatchNorm(64),
          new Relu(),
          new GlobalAveragePool(),
          new Linear(64, classes, true));
    }
  };

  abstract Layer layers(ImageShape input, int classes);

  Network network(ImageShape input, int classes) {
    return new Network(name().toLowerCase(Locale.ROOT), input, classes, layers(input, classes));
  }
}
