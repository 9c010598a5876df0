package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.ConfigOptions;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.RunNames;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.FineTuning;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunWeights;
import dev.onecycle.torch.job.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a network on from the weights of another training, in two cycles. */
@Command(
    name = "fine-tune",
    description = {
      "Train a network on from the weights of another training, by two cycles: first the last layer"
          + " with all others frozen, then all, at rates that fall with depth. Each cycle has a"
          + " range test of its own, unless its peak rate is given.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = FineTuneCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle fine-tune photos/ --from resnet18.pth",
      "  onecycle fine-tune photos/ --from runs/first --epochs 5 --out runs/second"
    })
public final class FineTuneCommand implements Callable<Integer> {
  /** All settings are options, but for the layers that are frozen. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(
          TrainingConfig.settings().stream()
              .filter(setting -> setting != TrainingConfig.FREEZE)
              .toList());
    }
  }

  @Mixin ConfigOptions settings = new ConfigOptions();

  @Option(
      names = "--head-epochs",
      paramLabel = "N",
      description = "Epochs of the first cycle, of the last layer alone. Default: 3.")
  int headEpochs = 3;

  @Option(
      names = "--head-lr",
      paramLabel = "RATE",
      description = "Peak learning rate of the first cycle. Default: found by a range test.")
  @Nullable Double headRate;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description =
          "Folder of the two runs, 1-head and 2-all; where it has unfinished ones they go on."
              + " Default: runs/fine-tune-TIME.")
  @Nullable Path out;

  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    TrainingConfig config = settings.config();
    Require.atLeast("--head-epochs", headEpochs, 1);
    FineTuning phases = FineTuning.of(config, headEpochs, headRate);
    if (settings.printed(
        output.console(), FineTuning.whole(config), TrainingConfig.settings(), List.of())) {
      return ExitCode.OK;
    }
    Signals.watch();
    // Rank 0 alone writes, and the name of a folder may have the time in it.
    return ranks.run(
        output.console(),
        group -> cycles(phases, Path.of(group.ofFirst(() -> folder().toString())), group));
  }

  private int cycles(FineTuning phases, Path folder, ProcessGroup group) {
    Console console = output.console().of(group);
    Path head = folder.resolve(FineTuning.HEAD);
    if (!Runs.isThere(folder.resolve(FineTuning.ALL), group)) {
      phases.requireStoredRate();
    }
    console.say(
        Runs.isThere(head, group)
            ? head + " is there: it is used, or goes on, by the settings that it began with."
            : "First cycle: the last layer, with all others frozen; --head-lr sets its peak rate.");
    int code = first(phases.head(), head, group);
    if (code != ExitCode.OK) {
      return code;
    }
    console.say("Second cycle: all layers, at rates that fall with depth.");
    return second(phases, head, folder.resolve(FineTuning.ALL), group);
  }

  /** The folder of the two runs, where the words of the command line have been read. */
  public Path folder() {
    return out == null ? RunNames.fresh("fine-tune") : out;
  }

  private int first(TrainingConfig config, Path folder, ProcessGroup group) {
    Console console = output.console().of(group);
    try (JobProgress progress = JobProgress.ofTraining(console)) {
      return Runs.isThere(folder, group)
          ? Runs.resumeFirst(console, folder, ResumeOptions.of(config), group, progress)
          : Runs.startFirst(console, config, folder, group, progress);
    }
  }

  private int second(FineTuning phases, Path head, Path folder, ProcessGroup group) {
    Console console = output.console().of(group);
    if (Runs.isThere(folder, group)) {
      try (JobProgress progress = JobProgress.ofTraining(console)) {
        ResumeOptions options = ResumeOptions.of(phases.all());
        return Runs.resume(console, folder, options, group, progress);
      }
    }
    // Rank 0 may be the only one with the folder of the first run.
    try (RunWeights weights = Signals.uninterrupted(() -> RunWeights.of(head, group));
        JobProgress progress = JobProgress.ofTraining(console)) {
      return Runs.start(console, phases.allFrom(weights.path()), folder, group, progress);
    }
  }
}
