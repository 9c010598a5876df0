package dev.onecycle.torch.example;

// example: labels
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.job.TrainingTask;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.train.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Finds which of three shapes are in an image: any of them, or none. */
public final class SeveralLabels {
  private static final int SIDE = 16;

  private SeveralLabels() {}

  /** Grey images of noise, in which each shape is drawn with probability one half. */
  static Dataset shapes(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * SIDE * SIDE];
    boolean[] labels = new boolean[count * 3];
    for (int i = 0; i < count; i++) {
      for (int p = 0; p < SIDE * SIDE; p++) {
        pixels[i * SIDE * SIDE + p] = (byte) random.nextInt(100);
      }
      for (int label = 0; label < 3; label++) {
        if (random.nextBoolean()) {
          labels[3 * i + label] = true;
          draw(label, random.nextInt(SIDE - 6), random.nextInt(SIDE - 6), pixels, i);
        }
      }
    }
    return Samples.ofImages(pixels, 1, SIDE, SIDE)
        .withLabels(List.of("bar", "pole", "slope"), labels);
  }

  private static void draw(int shape, int x, int y, byte[] pixels, int image) {
    for (int k = 0; k < 7; k++) {
      int column = shape == 1 ? x : x + k;
      int row = shape == 0 ? y : y + k;
      pixels[(image * SIDE + Math.min(SIDE - 1, row)) * SIDE + Math.min(SIDE - 1, column)] =
          (byte) 255;
    }
  }

  static RunSummary train(Path run) {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(1, 16, 3, 1, 1, false),
            new Layer.BatchNorm(16),
            new Layer.Relu(),
            new Layer.Conv(16, 32, 3, 2, 1, false),
            new Layer.BatchNorm(32),
            new Layer.Relu(),
            new Layer.GlobalMaxPool(),
            new Layer.Linear(32, 3, true));
    TrainingTask task =
        TrainingTask.of(
                "three shapes",
                shapes(1, 2000),
                shapes(2, 500),
                new Network("two convolutions", SampleLayout.image(1, SIDE, SIDE), 3, layers))
            .withMetrics(Metric.exactMatch(), Metric.f1());
    TrainingConfig config =
        TrainingConfig.defaults()
            .with(TrainingConfig.EPOCHS, 8)
            .with(TrainingConfig.BATCH_SIZE, 50);
    return TrainingJob.start(config, run, task);
  }

  public static void main(String[] args) {
    RunSummary run = train(Path.of("runs/labels"));
    System.out.println(run.describe());
    System.out.println(run.evaluated().orElseThrow().metrics());
  }
}
// end of example
