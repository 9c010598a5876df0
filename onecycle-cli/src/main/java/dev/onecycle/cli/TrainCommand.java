package dev.onecycle.cli;

import dev.onecycle.data.DataSplits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
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
final class TrainCommand implements Callable<Integer> {
  @Mixin DataArguments dataArguments = new DataArguments();

  @Option(
      names = {"-e", "--epochs"},
      paramLabel = "N",
      defaultValue = "10",
      description =
          "Passes over the training images: the cycle's length. Default: ${DEFAULT-VALUE}.")
  int epochs = 10;

  @Option(
      names = "--max-lr",
      paramLabel = "RATE",
      description = "Peak learning rate. Default: what the range test suggests.")
  @Nullable Double maxLr;

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
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Where the run is kept; new or empty. Default: runs/MODEL-TIME.")
  @Nullable Path out;

  @Mixin OutputOptions output = new OutputOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Console console = output.console();
    TrainRun run =
        new TrainRun(
            console,
            command(spec),
            options,
            policy.choice(),
            range,
            epochs,
            reestimate,
            maxLr == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(Rates.rate("--max-lr", maxLr)),
            out == null ? RunNames.fresh(options.model) : out);
    Signals.watch();
    DataSplits data = dataArguments.open(console, options.seed);
    return run.run(data, dataArguments.source());
  }

  /** The words of the command line. */
  static List<String> command(@Nullable CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("onecycle"));
    if (spec != null) {
      words.add(spec.name());
      words.addAll(spec.commandLine().getParseResult().originalArgs());
    }
    return words;
  }
}
