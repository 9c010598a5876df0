package dev.onecycle.bench;

import dev.onecycle.bench.measure.Spread;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.Require;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The speed of training with data, beside the same step on one batch in memory: the cost of the
 * data path.
 *
 * <p>The two take turns, round by round, so that a disturbance of the machine falls on both.
 */
@Command(
    name = "train",
    description = "Images/s of training with data, beside the step on one fixed batch.",
    mixinStandardHelpOptions = true)
final class TrainBench implements Callable<Integer> {
  private static final double RATE = 0.05;
  private static final double MOMENTUM = 0.9;

  @Mixin BenchOptions options = new BenchOptions();

  @Option(names = "--rounds", defaultValue = "7", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 7;

  @Option(
      names = "--steps",
      defaultValue = "60",
      description = "Steps of a round. Default: ${DEFAULT-VALUE}.")
  int steps = 60;

  @Override
  public Integer call() {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("steps", steps, 1);
    try (Experiment experiment = options.experiment()) {
      Learner learner = experiment.learner();
      ImageDataset train = experiment.trainImages();
      Setup setup = experiment.setup();
      System.out.println(BenchOptions.describe(experiment));
      Engine.environment().forEach((name, value) -> System.out.println("  " + name + ": " + value));
      Sampler sampler = Sampler.shuffled(train.size(), setup.batchSize(), 0);
      List<Double> withData = new ArrayList<>();
      List<Double> fixed = new ArrayList<>();
      try (BatchLoader batches = BatchLoader.endless(train, setup.augmentation(), sampler);
          BatchLoader one = BatchLoader.endless(train, setup.augmentation(), sampler);
          Batch same = one.next()) {
        measure(learner, batches, null);
        measure(learner, batches, same);
        for (int round = 1; round <= rounds; round++) {
          withData.add(measure(learner, batches, null));
          fixed.add(measure(learner, batches, same));
          double data = withData.get(round - 1);
          double step = fixed.get(round - 1);
          print("round " + round, data, step, data / step);
        }
      }
      print(
          "median",
          Spread.of(withData).median(),
          Spread.of(fixed).median(),
          Spread.of(Spread.ratios(withData, fixed)).median());
    }
    return 0;
  }

  private static void print(String name, double withData, double fixed, double ratio) {
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-9s with data %6.0f images/s   fixed batch %6.0f images/s   ratio %.3f",
            name,
            withData,
            fixed,
            ratio));
  }

  /** Images a second over a round of steps, on the loader's batches or always on the same one. */
  private double measure(Learner learner, BatchLoader batches, @Nullable Batch same) {
    long images = 0;
    long begin = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      if (same != null) {
        learner.step(same, RATE, MOMENTUM);
        images += same.size();
      } else {
        try (Batch batch = batches.next()) {
          learner.step(batch, RATE, MOMENTUM);
          images += batch.size();
        }
      }
    }
    return images / ((System.nanoTime() - begin) / 1e9);
  }
}
