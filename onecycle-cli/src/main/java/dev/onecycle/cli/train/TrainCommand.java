package dev.onecycle.cli.train;

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
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Trains a classifier in one cycle. */
@Command(
    name = "train",
    description = {
      "Train a classifier by the 1cycle policy. Without --max-lr a range test is run first, and its"
          + " suggestion is the peak rate.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = TrainCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle train photos/",
      "  onecycle train cifar10 --model resnet56 --epochs 95 --batch-size 512 --max-lr 0.8",
      "  onecycle train photos.zip --image-size 64 --optimizer adamw --epochs 20 --out runs/first",
      "  onecycle train photos/ --config settings.yaml --print-config"
    })
public final class TrainCommand implements Callable<Integer> {
  /** The option to go on with a run that is there. */
  public static final String RESUME = "--resume";

  /** All settings are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(TrainingConfig.settings());
    }
  }

  @Mixin ConfigOptions settings = new ConfigOptions();

  @Option(
      names = "--recipe",
      paramLabel = "FILE",
      description =
          "Train by a recipe.yaml of onecycle tune: its settings come after every other way to"
              + " give one, its rate is --lr-from.")
  @Nullable Path recipe;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Folder of the run; new or empty. Default: runs/MODEL-TIME.")
  @Nullable Path out;

  @Option(
      names = RESUME,
      description =
          "Resume the run in the folder of --out, where there is one, with its own settings and the"
              + " data of this command; for jobs that are started again by the same command.")
  boolean resume;

  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    TrainingConfig config = config();
    if (settings.printed(
        output.console(), config.withSwept(), TrainingConfig.settings(), List.of())) {
      return ExitCode.OK;
    }
    Path folder = folder(config);
    Require.that(!resume || out != null, RESUME, "left out without --out", "given", 0);
    Signals.watch();
    return ranks.run(output.console(), group -> train(config, folder, group));
  }

  private int train(TrainingConfig config, Path folder, ProcessGroup group) {
    try (JobProgress progress = JobProgress.ofTraining(output.console().of(group))) {
      return resume && Runs.isThere(folder, group)
          ? Runs.resume(output.console(), folder, ResumeOptions.of(config), group, progress)
          : Runs.start(output.console(), config, folder, group, progress);
    }
  }

  private TrainingConfig config() {
    return recipe == null ? settings.config() : settings.config(TrainingConfig.ofRecipe(recipe));
  }

  /** The folder of the run, where the words of the command line have been read. */
  public Path folder() {
    return folder(config());
  }

  private Path folder(TrainingConfig config) {
    return out == null ? RunNames.fresh(config.modelName()) : out;
  }
}
