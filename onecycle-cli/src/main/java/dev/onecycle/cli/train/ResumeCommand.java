package dev.onecycle.cli.train;

import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.SaveOptions;
import dev.onecycle.error.Require;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes on with a run that was stopped or killed. */
@Command(
    name = "resume",
    description = {
      "Go on with a run that was stopped, killed or failed, from its last sound checkpoint, to the"
          + " same bits as a run that was never stopped. Every setting is the run's own.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle resume runs/first",
      "  onecycle resume runs/first --extend-epochs 10",
      "  onecycle resume runs/first --on-divergence retry"
    })
public final class ResumeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "The folder of the run.")
  Path run = Path.of("");

  @Option(
      names = "--extend-epochs",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Add N epochs: what is left of the cycle is stretched over the steps that are then left.")
  int extendEpochs;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "Where the run's images are now. Default: where they were.")
  @Nullable String data;

  @Mixin SaveOptions saving = new SaveOptions();
  @Mixin OutputOptions output = new OutputOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    saving.validate();
    Require.atLeast("--extend-epochs", extendEpochs, 0);
    Set<String> given = spec == null ? Set.of() : CommandLineArgs.given(spec).keySet();
    return new ResumeRun(output.console(), run, extendEpochs, data, saving, given).run();
  }
}
