package dev.onecycle.cli.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Flip;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.job.TrainingTask;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.train.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A program that trains a task of its own; {@link KilledTaskTest} kills it. It draws random numbers
 * for everything that a resumed run has to draw alike: order, mirror images, dropout.
 */
public final class TaskProgram {
  static final int EPOCHS = 8;
  private static final int SIDE = 8;

  private TaskProgram() {}

  /** Pixels of noise, with two labels each: is the left half bright, is the right half bright. */
  private static Dataset images(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * SIDE * SIDE];
    boolean[] labels = new boolean[count * 2];
    for (int i = 0; i < count; i++) {
      labels[2 * i] = random.nextBoolean();
      labels[2 * i + 1] = random.nextBoolean();
      for (int p = 0; p < SIDE * SIDE; p++) {
        boolean bright = labels[2 * i + (p % SIDE < SIDE / 2 ? 0 : 1)];
        pixels[i * SIDE * SIDE + p] = (byte) (random.nextInt(100) + (bright ? 60 : 0));
      }
    }
    return Samples.ofImages(pixels, 1, SIDE, SIDE).withLabels(List.of("left", "right"), labels);
  }

  static TrainingTask task() {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(1, 8, 3, 1, 1, false),
            new Layer.BatchNorm(8),
            new Layer.Relu(),
            new Layer.Flatten(),
            new Layer.Dropout(0.2),
            new Layer.Linear(8 * SIDE * SIDE, 2, true));
    Network network = new Network("two halves", SampleLayout.image(1, SIDE, SIDE), 2, layers);
    return TrainingTask.of("two halves", images(1, 400), images(2, 100), network)
        .withLoss(new Loss.BinaryCrossEntropy())
        .withMetrics(Metric.exactMatch(), Metric.f1())
        .withAugmentation(Augmentation.none().withPad(1).withFlip(Flip.RANDOM));
  }

  static TrainingConfig config() {
    return TrainingConfig.defaults()
        .with(TrainingConfig.EPOCHS, EPOCHS)
        .with(TrainingConfig.BATCH_SIZE, 8)
        .with(TrainingConfig.MAX_LR, 0.02)
        .with(TrainingConfig.SEED, 5L)
        .with(TrainingConfig.THREADS, 1);
  }

  public static void main(String[] args) {
    TrainingJob.start(config(), Path.of(args[0]), task());
  }
}
