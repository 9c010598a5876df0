package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.ConfigOptions;
import dev.onecycle.cli.options.MemoryOptions;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.tune.TuningPlan;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the batch size that memory and the length of the run allow. */
@Command(
    name = "find-batch-size",
    description = {
      "Find the largest batch size, a power of two, that fits into memory and leaves enough updates"
          + " for a cycle. Each size is tried by real steps and an evaluation in a process of its own.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = FindBatchSizeCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle find-batch-size photos/ --epochs 30",
      "  onecycle find-batch-size photos/ --model resnet56 --memory 4G --batch-rule knee"
    })
public final class FindBatchSizeCommand implements Callable<Integer> {
  /** The settings that a step's memory and time depend on, and the length of the cycle. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(SETTINGS);
    }
  }

  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              TrainingConfig.settings(List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION))
                  .stream()
                  .filter(setting -> setting != TrainingConfig.BATCH_SIZE),
              Stream.<Setting<?>>of(TrainingConfig.EPOCHS))
          .toList();

  @Mixin ConfigOptions settings = new ConfigOptions();
  @Mixin MemoryOptions memory = new MemoryOptions();

  @Option(
      names = "--batch-rule",
      paramLabel = "RULE",
      defaultValue = "largest",
      description =
          "largest, or knee: the smallest that computes at least nine tenths as many images a second"
              + " as the fastest. Default: ${DEFAULT-VALUE}.")
  TuningPlan.Rule rule = TuningPlan.Rule.LARGEST;

  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    TrainingConfig config = settings.config();
    if (settings.printed(console, config, SETTINGS, List.of(TrainingConfig.BATCH_SIZE))) {
      return ExitCode.OK;
    }
    config.validated();
    MemoryOptions.requireProcessor(config, "for find-batch-size");
    Require.that(
        rule != TuningPlan.Rule.CYCLE,
        "--batch-rule",
        "largest or knee, since no cycle is trained here,",
        "cycle",
        rule);
    Signals.watch();
    OptionalLong budget = memory.budget(ranks.rendezvous());
    return ranks.run(console, group -> find(config, budget, group));
  }

  private int find(TrainingConfig config, OptionalLong budget, ProcessGroup group) {
    Console console = output.console();
    BatchSizeResult result;
    try (JobProgress reading = JobProgress.ofTuning(console.of(group));
        Experiment experiment =
            Experiment.openForTuning(
                // Given, so that none is chosen and said: sizes are tried here.
                config.with(TrainingConfig.BATCH_SIZE, config.get(TrainingConfig.BATCH_SIZE)),
                HeldBatch.on(group).searched(),
                reading)) {
      experiment.join(Signals.control(group));
      if (!group.isFirst()) {
        group.awaitAll(ProcessGroup.LONG);
        return ExitCode.OK; // rank 0 tries the part of one rank
      }
      IntFunction<BatchTrial> trial =
          TrialProcess.onRanks(
              group.size(),
              new TrialProcess(
                  config,
                  experiment.trainImages().shape(),
                  experiment.trainImages().classes().size(),
                  budget));
      result =
          new BatchSizes(experiment.train().size(), config.get(TrainingConfig.EPOCHS), budget)
              .search(trial, tried -> BatchSizeView.say(console, tried));
      group.awaitAll(ProcessGroup.LONG);
    }
    BatchSizeView.show(console, result);
    int chosen = rule == TuningPlan.Rule.LARGEST ? result.largest() : result.knee();
    console.answer("Batch size: " + chosen);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("chosen", chosen);
    json.put("largest", result.largest());
    json.put("knee", result.knee());
    json.put("explanation", result.explanation());
    budget.ifPresent(bytes -> json.put("budget_bytes", bytes));
    json.put("trials", BatchSizeView.record(result));
    console.result(json);
    return ExitCode.OK;
  }
}
