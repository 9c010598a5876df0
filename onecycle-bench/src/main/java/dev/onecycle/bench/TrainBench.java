package dev.onecycle.bench;

import dev.onecycle.data.DataSplits;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.error.Require;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Learner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Training speed with data, against the same step on one batch that is already in memory: what the
 * data path costs.
 *
 * <p>The two alternate, round by round, so that a disturbance of the machine falls on both.
 */
@Command(
    name = "train",
    description = "Images/s of training with data, beside the step on one fixed batch.",
    mixinStandardHelpOptions = true)
final class TrainBench implements Callable<Integer> {
  private static final double RATE = 0.05;
  private static final double MOMENTUM = 0.9;

  @Mixin BenchOptions setting = new BenchOptions();

  @Option(names = "--rounds", defaultValue = "7", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 7;

  @Option(
      names = "--steps",
      defaultValue = "60",
      description = "A round. Default: ${DEFAULT-VALUE}.")
  int steps = 60;

  @Override
  public Integer call() {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("steps", steps, 1);
    DataSplits data = setting.data();
    try (Learner learner = setting.learner(data)) {
      System.out.println(setting.describe(learner));
      Engine.environment().forEach((name, value) -> System.out.println("  " + name + ": " + value));
      Sampler sampler = Sampler.shuffled(data.train().size(), setting.batchSize(), 0);
      List<Double> withData = new ArrayList<>();
      List<Double> fixed = new ArrayList<>();
      List<Double> ratios = new ArrayList<>();
      try (BatchLoader batches =
              BatchLoader.endless(data.train(), setting.augmentation(), sampler);
          BatchLoader one = BatchLoader.endless(data.train(), setting.augmentation(), sampler);
          Batch same = one.next()) {
        measure(learner, batches, null);
        measure(learner, batches, same);
        for (int round = 1; round <= rounds; round++) {
          withData.add(measure(learner, batches, null));
          fixed.add(measure(learner, batches, same));
          ratios.add(withData.get(round - 1) / fixed.get(round - 1));
          print(
              "round " + round,
              withData.get(round - 1),
              fixed.get(round - 1),
              ratios.get(round - 1));
        }
      }
      print("median", median(withData), median(fixed), median(ratios));
    }
    return 0;
  }

  private static void print(String what, double withData, double fixed, double ratio) {
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-9s with data %6.0f images/s   fixed batch %6.0f images/s   ratio %.3f",
            what,
            withData,
            fixed,
            ratio));
  }

  /**
   * Images a second over a round of steps: on the loader's batches, or on the same one each time.
   */
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

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
