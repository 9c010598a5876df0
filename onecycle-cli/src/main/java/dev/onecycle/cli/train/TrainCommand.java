package dev.onecycle.cli.train;

import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.PolicyOptions;
import dev.onecycle.cli.options.RangeOptions;
import dev.onecycle.cli.options.Rates;
import dev.onecycle.cli.options.RunNames;
import dev.onecycle.cli.options.SaveOptions;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.cli.tune.FindLrCommand;
import dev.onecycle.error.Require;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.text.Numbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a classifier in one cycle. */
@Command(
    name = "train",
    description = {
      "Train a classifier by the 1cycle policy. Without --max-lr the range test is run first and"
          + " the rate it suggests is used.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle train photos/",
      "  onecycle train cifar10 --model resnet56 --epochs 95 --batch-size 512 --max-lr 0.8",
      "  onecycle train photos.zip --image-size 64 --optimizer adamw --epochs 20 --out runs/first"
    })
public final class TrainCommand implements Callable<Integer> {
  @Mixin DataArguments dataArguments = new DataArguments();

  @Option(
      names = {"-e", "--epochs"},
      paramLabel = "N",
      description = "Passes over the training images: the cycle's length. Default: 10.")
  @Nullable Integer epochs;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "Instead of --epochs: the cycle is as long as fits, from the start of the command to its"
              + " end.")
  @Nullable Double minutes;

  @Option(
      names = "--max-lr",
      paramLabel = "RATE",
      description = "Peak learning rate. Default: what the range test suggests.")
  @Nullable Double maxLr;

  @Option(
      names = "--lr-from",
      paramLabel = "FILE",
      description =
          "Peak learning rate found before by find-lr or sweep; refused where it was found under"
              + " other conditions.")
  @Nullable Path lrFrom;

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description =
          "Train as a recipe.yaml of onecycle tune says; options given here come before it.")
  @Nullable Path recipe;

  @Option(
      names = "--accept-stale",
      description = "Use a rate also under other conditions than it was found under.")
  boolean acceptStale;

  @Mixin TrainOptions options = new TrainOptions();
  @Mixin PolicyOptions policy = new PolicyOptions();
  @Mixin RangeOptions range = new RangeOptions();

  @Option(
      names = "--reestimate-batchnorm",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Estimate batch norms' statistics anew from N batches before each evaluation."
              + " Default: ${DEFAULT-VALUE}, use the running ones.")
  int reestimate;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Evaluate after every N epochs, and after the last one. Default: ${DEFAULT-VALUE}, after"
              + " each.")
  int evaluateEvery = 1;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Where the run is kept; new or empty. Default: runs/MODEL-TIME.")
  @Nullable Path out;

  @Option(
      names = "--tensorboard",
      description = "Write TensorBoard's events into the run's folder too.")
  boolean tensorboard;

  @Mixin SaveOptions saving = new SaveOptions();
  @Mixin OutputOptions output = new OutputOptions();
  @Spec @Nullable CommandSpec spec;

  /** The recipe that this command was put together from, and what the user said beside it. */
  private @Nullable RecipeOverlay used;

  @Override
  public Integer call() {
    long begin = System.nanoTime();
    if (spec == null) {
      throw new IllegalStateException("commands are run by picocli");
    }
    if (recipe == null) {
      return train(begin, CommandLineArgs.of(spec));
    }
    TrainCommand whole = new TrainCommand();
    whole.used = RecipeOverlay.read(recipe, spec, whole);
    return whole.train(begin, CommandLineArgs.of(spec));
  }

  /** What is asked for, apart from the length and the peak rate. */
  RunRequest request() {
    return new RunRequest(
        options, policy.choice(), reestimate, evaluateEvery, dataArguments, tensorboard, saving);
  }

  private int train(long begin, List<String> command) {
    TrainRun run =
        new TrainRun(
            output.console(),
            command,
            spec == null ? List.of() : RunRequest.words(spec, dataArguments),
            request(),
            length(begin),
            peakSource(),
            out == null ? RunNames.fresh(options.model) : out);
    Signals.watch();
    return run.run(dataArguments.open(output.console(), options.seed));
  }

  private CycleLength length(long begin) {
    if (epochs != null && minutes != null) {
      throw Require.invalid("--minutes", "left out where --epochs is given,", minutes);
    }
    return minutes == null
        ? CycleLength.ofEpochs(epochs == null ? 10 : epochs)
        : CycleLength.ofMinutes(minutes, begin);
  }

  private PeakSource peakSource() {
    if (maxLr != null && lrFrom != null) {
      throw Require.invalid("--lr-from", "left out where --max-lr is given,", lrFrom);
    }
    boolean found = lrFrom != null || (used != null && used.givesRate());
    if (acceptStale && !found) {
      throw Require.invalid(
          "--accept-stale", "given with a rate found before, by --lr-from or --recipe,", "alone");
    }
    if (found) {
      requireNoTest();
    }
    if (lrFrom != null) {
      FoundRate rate = FoundRate.read(lrFrom);
      return new PeakSource.Found(
          rate.learningRate().orElseThrow(),
          lrFrom.toString(),
          rate.conditions(),
          Evidence.read(lrFrom),
          refresh(),
          acceptStale);
    }
    if (maxLr == null) {
      return new PeakSource.Test(range);
    }
    Rates.rate("--max-lr", maxLr);
    return used != null && used.givesRate()
        ? new PeakSource.Found(
            maxLr,
            used.file(),
            used.conditions(),
            used.evidence(),
            used.refresh(dataArguments.source()),
            acceptStale)
        : new PeakSource.Given(maxLr);
  }

  /** Settings of a range test say nothing where none is run. */
  private void requireNoTest() {
    Map<String, String> given = spec == null ? new LinkedHashMap<>() : CommandLineArgs.given(spec);
    for (String name : CommandLineArgs.names(new RangeOptions())) {
      if (given.containsKey(name)) {
        throw Require.invalid(
            "--" + name, "left out where the rate was found before,", given.get(name) + "");
      }
    }
  }

  /** The command that finds the rate under the conditions of this one. */
  private List<String> refresh() {
    Map<String, String> settings =
        spec == null ? new LinkedHashMap<>() : CommandLineArgs.given(spec);
    settings.keySet().retainAll(CommandLineArgs.names(new FindLrCommand()));
    settings.keySet().removeAll(Set.of("json", "quiet"));
    settings.put("momentum", Numbers.exact(policy.choice().momentumAtPeak()));
    settings.put("out", String.valueOf(lrFrom));
    List<String> words = new ArrayList<>(List.of("onecycle", "find-lr", dataArguments.source()));
    words.addAll(CommandLineArgs.of(settings));
    return words;
  }
}
