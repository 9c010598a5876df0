package dev.onecycle.cli.train;

import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Resumes a run that was stopped or killed. */
@Command(
    name = "resume",
    description = {
      "Resume a run that was stopped, killed or failed, from its last sound checkpoint, to the same"
          + " bits as a run that was never stopped. Every setting is the run's own, but for those"
          + " given here.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = ResumeCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle resume runs/first",
      "  onecycle resume runs/first --extend-epochs 10",
      "  onecycle resume runs/first --on-divergence retry"
    })
public final class ResumeCommand implements Callable<Integer> {
  /** Settings that a resumed run may change are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(
          TrainingConfig.settings().stream()
              .filter(Setting::isChangeableOnResume)
              .filter(setting -> setting != TrainingConfig.DATA)
              .toList());
    }
  }

  /** The option that adds epochs. */
  public static final String EXTEND_EPOCHS = "--extend-epochs";

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of the run.")
  Path run = Path.of("");

  @Option(
      names = EXTEND_EPOCHS,
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Add N epochs: the rest of the cycle is stretched over the steps that are then left.")
  int extraEpochs;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description = "Where the run's images are now. Default: where they were.")
  @Nullable String data;

  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Require.atLeast(EXTEND_EPOCHS, extraEpochs, 0);
    ResumeOptions given = new ResumeOptions(SettingOptions.given(output.spec()), extraEpochs);
    ResumeOptions options = data == null ? given : given.with(TrainingConfig.DATA, data);
    Signals.watch();
    return ranks.run(output.console(), group -> resume(options, group));
  }

  private int resume(ResumeOptions options, ProcessGroup group) {
    try (JobProgress progress = JobProgress.ofTraining(output.console().of(group))) {
      return Runs.resume(output.console(), run, options, group, progress);
    } catch (InvalidValueException e) {
      throw inOptions(e);
    }
  }

  private static InvalidValueException inOptions(InvalidValueException e) {
    if (e.name().equals("extra epochs")) {
      return e.named(EXTEND_EPOCHS);
    }
    String advice = e.advice().replace("folder or file as data", "folder or file with --data");
    return advice.equals(e.advice())
        ? e
        : Require.invalid(e.name(), e.constraint(), e.value(), advice);
  }
}
