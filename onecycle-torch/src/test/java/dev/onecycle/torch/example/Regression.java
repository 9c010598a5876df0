package dev.onecycle.torch.example;

// example: regression
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Samples;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.job.TrainingTask;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Learns a number from numbers. */
public final class Regression {
  private Regression() {}

  /** Five numbers in [0, 1], and a function of them that J. H. Friedman (1991) made for tests. */
  static Dataset friedman(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[5 * count];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      double[] v = random.doubles(5).toArray();
      for (int k = 0; k < 5; k++) {
        x[5 * i + k] = (float) v[k];
      }
      double f = 10 * Math.sin(Math.PI * v[0] * v[1]) + 20 * (v[2] - 0.5) * (v[2] - 0.5);
      y[i] = (float) ((f + 10 * v[3] + 5 * v[4] - 14.4) / 4.9); // mean 0, deviation 1
    }
    return Samples.ofNumbers(x, 5).withNumbers(List.of("y"), y);
  }

  /** Trains, and finds the peak rate by a range test before. */
  static RunSummary train(Path run) {
    Layer layers =
        Layer.sequence(
            new Layer.Linear(5, 64, true),
            new Layer.Relu(),
            new Layer.Linear(64, 64, true),
            new Layer.Relu(),
            new Layer.Linear(64, 1, true));
    TrainingTask task =
        TrainingTask.of(
            "Friedman's function",
            friedman(1, 2000),
            friedman(2, 500),
            new Network("three layers", SampleLayout.numbers(5), 1, layers));
    TrainingConfig config =
        TrainingConfig.defaults()
            .with(TrainingConfig.EPOCHS, 20)
            .with(TrainingConfig.BATCH_SIZE, 50);
    return TrainingJob.start(config, run, task);
  }

  public static void main(String[] args) {
    RunSummary run = train(Path.of("runs/regression"));
    System.out.println(run.describe());
    System.out.println(run.evaluated().orElseThrow().metrics());
  }
}
// end of example
