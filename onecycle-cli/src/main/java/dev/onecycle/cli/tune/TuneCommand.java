package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.BatchSizeOptions;
import dev.onecycle.cli.options.CandidateOptions;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.PolicyOptions;
import dev.onecycle.cli.options.RangeOptions;
import dev.onecycle.cli.options.RunNames;
import dev.onecycle.data.TuningData;
import dev.onecycle.error.Require;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.TuningPlan;
import dev.onecycle.tune.BatchSizes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Chooses batch size, weight decay, dropout and peak rate, in that order. */
@Command(
    name = "tune",
    description = {
      "Choose batch size, weight decay, dropout and peak learning rate from evidence, in this order,"
          + " and write a recipe to train by. The test images are not read. Interrupted, it goes on"
          + " where it was when called again with the same --out.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle tune photos/ --epochs 30",
      "  onecycle tune cifar10 --model resnet56 --batch-size 512 --out runs/tuned",
      "  onecycle tune photos/ --dropout 0,0.1,0.2 --by-cycle 5",
      "  onecycle train photos/ --recipe runs/tuned/recipe.yaml"
    })
public final class TuneCommand implements Callable<Integer> {
  @Mixin DataArguments dataArguments = new DataArguments();
  @Mixin CandidateOptions options = new CandidateOptions();
  @Mixin PolicyOptions policy = new PolicyOptions();
  @Mixin BatchSizeOptions sizes = new BatchSizeOptions();

  @Option(
      names = "--batch-rule",
      paramLabel = "RULE",
      description =
          "Of the batch sizes that fit: knee, the smallest that computes at least nine tenths as many"
              + " images a second as the fastest; largest; or cycle, the one whose short cycle does"
              + " best. Default: cycle, or knee with --by-cycle 0.")
  TuningPlan.@Nullable Rule rule;

  @Option(
      names = "--by-cycle",
      paramLabel = "EPOCHS",
      defaultValue = "2",
      description =
          "Judge batch size, weight decay and dropout by a short cycle of each candidate, on images"
              + " held out from training; 0: by the edge of range tests alone. Default:"
              + " ${DEFAULT-VALUE}.")
  int byCycle = 2;

  @Option(
      names = "--final-tests",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Range tests of what was chosen, over as many seeds; their median gives the peak rate."
              + " Default: ${DEFAULT-VALUE}.")
  int finalTests = 3;

  @Mixin RangeOptions range = new RangeOptions();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description =
          "Where recipe.yaml, tuning.json and the figures go; new, empty, or that of a tuning to go"
              + " on with. Default: runs/tune-MODEL-TIME.")
  @Nullable Path out;

  @Mixin OutputOptions output = new OutputOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("commands are run by picocli");
    }
    options.validate();
    Require.atLeast("--epochs", sizes.epochs, 1);
    Require.that(
        options.batchSizes.size() < 2,
        "--batch-size",
        "one, or left out to search,",
        options.batchSizes,
        0);
    if (!options.batchSizes.isEmpty() && (rule != null || sizes.memory != null)) {
      throw Require.invalid(
          "--batch-size",
          "left out where --batch-rule or --memory is given,",
          options.batchSizes.get(0));
    }
    if (options.batchSizes.isEmpty()) {
      options.requireProcessor("where no --batch-size is given");
    }
    PolicyChoice choice = policy.choice();
    TuneRun run =
        new TuneRun(
            output.console(),
            spec,
            options,
            choice,
            sizes.epochs,
            out == null ? RunNames.fresh("tune-" + options.model) : out);
    SweepPlan sweep =
        new SweepPlan(
            range.slowTest(choice.momentumAtPeak(), options.optimizer()),
            range.leastImages(),
            range.repeats,
            options.seed,
            Require.atLeast("--by-cycle", byCycle, 0),
            choice,
            OptionalDouble.empty());
    Require.atLeast("--final-tests", finalTests, 1);
    Require.that(
        rule != TuningPlan.Rule.CYCLE || byCycle > 0,
        "--batch-rule",
        "knee or largest with --by-cycle 0",
        "cycle",
        0);
    Signals.watch();
    TuningData data = dataArguments.openForTuning(output.console(), options.seed);
    OptionalLong budget = sizes.budget();
    Optional<BatchSizes> search =
        options.batchSizes.isEmpty()
            ? Optional.of(new BatchSizes(data.train().size(), sizes.epochs, budget))
            : Optional.empty();
    TuningPlan.Rule byDefault = byCycle > 0 ? TuningPlan.Rule.CYCLE : TuningPlan.Rule.KNEE;
    TuningPlan plan =
        new TuningPlan(
            search,
            rule == null ? byDefault : rule,
            weightDecays(),
            options.dropouts,
            sweep,
            finalTests);
    return run.run(data, dataArguments.source(), plan);
  }

  private List<Double> weightDecays() {
    return options.weightDecays.isEmpty() ? CandidateOptions.WEIGHT_DECAYS : options.weightDecays;
  }
}
