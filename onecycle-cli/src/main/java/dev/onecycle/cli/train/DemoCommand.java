package dev.onecycle.cli.train;

import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.RunNames;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.Rendezvous;
import dev.onecycle.torch.job.TrainingConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A training on data that needs no download. */
@Command(
    name = "demo",
    description = {
      "See it work: draw a data set of shapes, find a learning rate for it, train one cycle of 8"
          + " epochs with batches of 64.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = DemoCommand.Settings.class,
    footer = {"", "Examples:", "  onecycle demo", "  onecycle demo --max-lr 1e-4   # far too low"})
public final class DemoCommand implements Callable<Integer> {
  /** A few settings are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(
          List.of(
              TrainingConfig.EPOCHS,
              TrainingConfig.MAX_LR,
              TrainingConfig.SEED,
              TrainingConfig.TENSORBOARD),
          DEMO);
    }
  }

  // A shape and its mirror image are one class, so flips are right; 64 gives more steps to learn
  // in.
  private static final TrainingConfig DEMO =
      TrainingConfig.of("shapes")
          .with(TrainingConfig.EPOCHS, 8)
          .with(TrainingConfig.BATCH_SIZE, 64);

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description = "Folder of the run; new or empty. Default: runs/demo-TIME.")
  @Nullable Path out;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    RankOptions.requireAlone(Rendezvous.of(System.getenv()), "the demo is one process");
    TrainingConfig config = DEMO.with(SettingOptions.config(output.spec()));
    Signals.watch();
    try (JobProgress progress = JobProgress.ofTraining(output.console())) {
      return Runs.start(
          output.console(),
          config,
          out == null ? RunNames.fresh("demo") : out,
          ProcessGroup.ALONE,
          progress);
    }
  }
}
