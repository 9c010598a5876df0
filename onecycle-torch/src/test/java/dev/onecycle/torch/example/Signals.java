package dev.onecycle.torch.example;

// example: signals
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

/** Tells wave forms apart, whatever their frequency and phase. */
public final class Signals {
  private static final int LENGTH = 64;
  private static final List<String> FORMS = List.of("sine", "square", "saw");

  private Signals() {}

  /** Noisy waves, [N, 1, 64]. */
  static Dataset waves(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count * LENGTH];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = random.nextInt(FORMS.size());
      double periods = random.nextDouble(2, 5);
      double phase = random.nextDouble();
      for (int t = 0; t < LENGTH; t++) {
        double at = (periods * t / LENGTH + phase) % 1;
        double wave =
            switch (labels[i]) {
              case 0 -> Math.sin(2 * Math.PI * at);
              case 1 -> at < 0.5 ? 1 : -1;
              default -> 2 * at - 1;
            };
        values[i * LENGTH + t] = (float) (wave + 0.2 * random.nextGaussian());
      }
    }
    return Samples.ofNumbers(values, 1, LENGTH).withClasses(FORMS, labels);
  }

  private static Layer convolution(int in, int out) {
    Layer.Window window =
        new Layer.Window(new Layer.Size(1, 7), new Layer.Size(1, 2), new Layer.Size(0, 3));
    return Layer.sequence(
        new Layer.Conv(in, out, window, 1, false, Layer.Conv.Init.HE),
        new Layer.BatchNorm(out),
        new Layer.Relu());
  }

  static RunSummary train(Path run) {
    Layer layers =
        Layer.sequence(
            convolution(1, 16),
            convolution(16, 32),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(32, FORMS.size(), true));
    TrainingTask task =
        TrainingTask.of(
                "wave forms",
                waves(1, 1500),
                waves(2, 500),
                new Network("two convolutions", SampleLayout.numbers(1, LENGTH), 3, layers))
            .withMetrics(Metric.accuracy(), Metric.balancedAccuracy());
    TrainingConfig config =
        TrainingConfig.defaults()
            .with(TrainingConfig.EPOCHS, 6)
            .with(TrainingConfig.BATCH_SIZE, 50);
    return TrainingJob.start(config, run, task);
  }

  public static void main(String[] args) {
    System.out.println(train(Path.of("runs/signals")).describe());
  }
}
// end of example
