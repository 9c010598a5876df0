package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.RangeOptions;
import dev.onecycle.cli.options.Rates;
import dev.onecycle.cli.options.RunNames;
import dev.onecycle.cli.options.SaveOptions;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.schedule.PolicyChoice;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job on data that needs no download. */
@Command(
    name = "demo",
    description = {
      "See it work: draw a data set of shapes, find a learning rate for it, train one cycle.",
      ""
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  onecycle demo", "  onecycle demo --max-lr 1e-4   # far too low"})
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--max-lr",
      paramLabel = "RATE",
      description = "Peak learning rate. Default: what the range test suggests.")
  @Nullable Double maxLr;

  @Option(
      names = {"-e", "--epochs"},
      paramLabel = "N",
      defaultValue = "8",
      description = "The cycle's length. Default: ${DEFAULT-VALUE}.")
  int epochs = 8;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of everything random. Default: ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Where the run is kept; new or empty. Default: runs/demo-TIME.")
  @Nullable Path out;

  @Option(
      names = "--tensorboard",
      description = "Write TensorBoard's events into the run's folder too.")
  boolean tensorboard;

  @Mixin OutputOptions output = new OutputOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Console console = output.console();
    if (spec == null) {
      throw new IllegalStateException("commands are run by picocli");
    }
    RunRequest request = request();
    TrainRun run =
        new TrainRun(
            console,
            CommandLineArgs.of(spec),
            RunRequest.words(spec, request.data()),
            request,
            CycleLength.ofEpochs(epochs),
            maxLr == null
                ? new PeakSource.Test(new RangeOptions())
                : new PeakSource.Given(Rates.rate("--max-lr", maxLr)),
            out == null ? RunNames.fresh("demo") : out);
    Signals.watch();
    return run.run(request.data().open(console, seed));
  }

  /** What is asked for, apart from the length and the peak rate. */
  RunRequest request() {
    TrainOptions options = new TrainOptions();
    options.seed = seed;
    // A shape and its mirror image are one class, so flips are right; 64 gives more steps to learn
    // in.
    options.batchSize = 64;
    return new RunRequest(
        options,
        PolicyChoice.oneCycle(),
        0,
        1,
        DataArguments.of("shapes"),
        tensorboard,
        new SaveOptions());
  }
}
