package dev.onecycle.bench;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The accuracy of the model {@code fast} with all parts, and without one part at a time. */
@Command(
    name = "ablation",
    description = "Accuracy of fast with all its parts, and without one at a time, by seed.",
    mixinStandardHelpOptions = true)
final class AblationBench implements Callable<Integer> {
  @Parameters(paramLabel = "DATA", description = "As for train.")
  String location = "";

  @Option(names = "--epochs", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
  int epochs = 3;

  @Option(names = "--max-lr", defaultValue = "0.4", description = "Default: ${DEFAULT-VALUE}.")
  double maxLr = 0.4;

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "0,1",
      description = "Default: ${DEFAULT-VALUE}.")
  List<Long> seeds = List.of(0L, 1L);

  @Option(
      names = "--only",
      split = ",",
      description = "Parts to leave out, one at a time: ${COMPLETION-CANDIDATES}. Default: all.")
  List<Ablation> only = List.of(Ablation.values());

  @Override
  public Integer call() {
    DataSplits data = Datasets.open(location, DataOptions.defaults());
    System.out.println(
        Numbers.format(
            "fast, %d epochs, peak rate %s, seeds %s, accuracy in %% of %d images",
            epochs, Numbers.brief(maxLr), seeds, data.evaluation().size()));
    List<Trained> whole = seeds.stream().map(seed -> trained(data, null, seed)).toList();
    double[] with = whole.stream().mapToDouble(Trained::percent).toArray();
    System.out.println("| | accuracy by seed | mean | difference by seed | mean |");
    System.out.println("|---|---|---|---|---|");
    System.out.println(Numbers.format("| everything | %s | %.2f | | |", text(with), mean(with)));
    for (Ablation part : only) {
      double[] without = new double[with.length];
      double[] difference = new double[with.length];
      for (int i = 0; i < with.length; i++) {
        without[i] =
            part.onlyInEvaluation()
                ? percent(data, part, whole.get(i).weights())
                : trained(data, part, seeds.get(i)).percent();
        difference[i] = without[i] - with[i];
      }
      System.out.println(
          Numbers.format(
              "| %s | %s | %.2f | %s | %+.2f |",
              part.replacement(),
              text(without),
              mean(without),
              text(difference),
              mean(difference)));
    }
    return 0;
  }

  /** The weights and the accuracy after a training. */
  private record Trained(List<NamedTensor> weights, double percent) {}

  private Trained trained(DataSplits data, @Nullable Ablation without, long seed) {
    ModelSpec.Defaults defaults = Models.byName("fast").defaults();
    if (without != null) {
      defaults = without.leftOut(defaults);
    }
    TrainingPlan plan =
        TrainingPlan.of(epochs, defaults.batchSize())
            .withAugmentation(defaults.augmentation())
            .withSeed(seed)
            .withEvaluateEvery(epochs);
    try (Learner learner = learner(data, without, defaults.settings().withSeed(seed))) {
      List<EpochRecord> done =
          Training.run(
              learner,
              PolicyChoice.oneCycle().over(plan.steps(data.train().size()), maxLr),
              plan,
              data.train(),
              data.evaluation(),
              new TrainingListener() {},
              () -> false);
      double percent = 100 * done.get(epochs - 1).evaluated().orElseThrow().accuracy();
      // A row takes many minutes: a line a training shows the results so far.
      System.err.println(
          Numbers.format(
              "%s, seed %d: %.2f %%",
              without == null ? "everything" : without.replacement(), seed, percent));
      return new Trained(learner.weights(), percent);
    }
  }

  private static double percent(DataSplits data, Ablation without, List<NamedTensor> weights) {
    try (Learner learner = learner(data, without, Models.byName("fast").defaults().settings())) {
      learner.setWeights(weights);
      return 100 * Training.evaluate(learner, data.evaluation(), done -> {}).accuracy();
    }
  }

  private static Learner learner(
      DataSplits data, @Nullable Ablation without, LearnerSettings settings) {
    Network whole = Models.fast(data.train().shape(), data.train().classes().size(), 0);
    Network network = without == null ? whole : without.leftOut(whole);
    return Learner.prepare(network, data.train(), settings);
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }

  private static String text(double[] values) {
    return String.join(
        ", ", DoubleStream.of(values).mapToObj(v -> Numbers.format("%.2f", v)).toList());
  }
}
