package dev.onecycle.bench;

import dev.onecycle.bench.measure.Spread;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.ConvolutionPeak;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Learner;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The time of a step by kind of layer, and its share of the convolution peak of this machine. */
@Command(
    name = "profile",
    description = "Time of a step by kind of layer, and the share of the convolution peak.",
    mixinStandardHelpOptions = true)
final class ProfileBench implements Callable<Integer> {
  private static final int WARM_UP = 5;
  private static final String BACK = " back";

  @Mixin BenchOptions options = new BenchOptions();

  @Option(names = "--steps", defaultValue = "30", description = "Default: ${DEFAULT-VALUE}.")
  int steps = 30;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "Rounds, in which the peak and the step take turns. Default: ${DEFAULT-VALUE}.")
  int rounds = 5;

  @Override
  public Integer call() {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("steps", steps, 1);
    try (Experiment experiment = options.experiment();
        BatchLoader batches =
            BatchLoader.endless(
                experiment.train(),
                experiment.setup().augmentation(),
                Sampler.shuffled(experiment.train().size(), experiment.setup().batchSize(), 0));
        Batch batch = batches.next()) {
      Learner learner = experiment.learner();
      System.out.println(BenchOptions.describe(experiment));
      Engine.environment().forEach((name, value) -> System.out.println("  " + name + ": " + value));
      learner.profile(batch, WARM_UP);
      peak(learner, batch);
      print(learner.profile(batch, steps), secondsPerStep(learner, batch) * learner.threads());
    }
    return 0;
  }

  private double secondsPerStep(Learner learner, Batch batch) {
    long begin = System.nanoTime();
    for (int i = 0; i < steps; i++) {
      learner.step(batch, 1e-6, 0.9);
    }
    return (System.nanoTime() - begin) / 1e9 / steps;
  }

  private void peak(Learner learner, Batch batch) {
    double[] forward = new double[rounds];
    double[] training = new double[rounds];
    double[] reached = new double[rounds];
    double operations = 6.0 * learner.network().multiplications() * batch.size();
    for (int i = 0; i < rounds; i++) {
      ConvolutionPeak peak = ConvolutionPeak.measure(learner.precision(), learner.threads());
      forward[i] = peak.forward();
      training[i] = peak.training();
      reached[i] = operations / secondsPerStep(learner, batch);
    }
    ConvolutionPeak single = ConvolutionPeak.measure(Precision.FP32, learner.threads());
    line("fp32 convolutions, forward at best", single.forward());
    line(learner.precision() + " convolutions, forward at best", Spread.of(forward).median());
    line(learner.precision() + " convolutions, training at best", Spread.of(training).median());
    line("a step on a fixed batch", Spread.of(reached).median());
    double[] shareOfForward = new double[rounds];
    double[] shareOfTraining = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      shareOfForward[i] = reached[i] / forward[i];
      shareOfTraining[i] = reached[i] / training[i];
    }
    System.out.println(
        Numbers.format(
            "share of the peak: %.3f of forward, %.3f of training (medians of %d rounds)",
            Spread.of(shareOfForward).median(), Spread.of(shareOfTraining).median(), rounds));
  }

  private static void line(String what, double operations) {
    System.out.println(Numbers.format("%-36s %,8.0f GFLOP/s", what, operations / 1e9));
  }

  private static void print(Map<String, Double> seconds, double step) {
    Map<String, Double> both = new TreeMap<>();
    seconds.forEach((kind, time) -> both.merge(kind.replace(BACK, ""), time, Double::sum));
    System.out.println("| layer | forward, ms | back, ms | share of the step |");
    System.out.println("|---|---|---|---|");
    both.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()))
        .forEach(
            kind ->
                System.out.println(
                    Numbers.format(
                        "| %s | %.2f | %.2f | %.3f |",
                        kind.getKey(),
                        1e3 * seconds.getOrDefault(kind.getKey(), 0.0),
                        1e3 * seconds.getOrDefault(kind.getKey() + BACK, 0.0),
                        kind.getValue() / step)));
    double sum = both.values().stream().mapToDouble(Double::doubleValue).sum();
    System.out.println(
        Numbers.format("| input, loss, update, waiting | | | %.3f |", Math.max(0, 1 - sum / step)));
    System.out.println(Numbers.format("step: %.2f ms of all threads together", 1e3 * step));
  }
}
