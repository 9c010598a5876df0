package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.ConfigOptions;
import dev.onecycle.cli.options.MemoryOptions;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.RunNames;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.TuningPlan;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.Hyperparameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Chooses batch size, weight decay, dropout and peak rate, in that order. */
@Command(
    name = "tune",
    description = {
      "Choose batch size, weight decay, dropout and peak learning rate from evidence, in this"
          + " order, and write a recipe to train by. The test images are not read. To resume a"
          + " tuning that was interrupted, call it again with the same --out.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = TuneCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle tune photos/ --epochs 30",
      "  onecycle tune cifar10 --model resnet56 --batch-size 512 --out runs/tuned",
      "  onecycle tune photos/ --dropout 0,0.1,0.2 --by-cycle 5",
      "  onecycle train photos/ --recipe runs/tuned/recipe.yaml"
    })
public final class TuneCommand implements Callable<Integer> {
  /** All settings but the peak rate's and the run's; some may have several values. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(SETTINGS);
    }
  }

  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              TrainingConfig.settings(
                  List.of(
                      Group.DATA,
                      Group.LEARNER,
                      Group.AUGMENTATION,
                      Group.POLICY,
                      Group.RANGE_TEST))
                  .stream(),
              Stream.<Setting<?>>of(TrainingConfig.EPOCHS))
          .toList();

  @Mixin ConfigOptions settings = new ConfigOptions();
  @Mixin MemoryOptions memory = new MemoryOptions();

  @Option(
      names = "--batch-rule",
      paramLabel = "RULE",
      description =
          "Of the batch sizes that fit: knee, the smallest that computes at least nine tenths as"
              + " many images a second as the fastest; largest; or cycle, the one whose short cycle"
              + " does best. Default: cycle, or knee with --by-cycle 0.")
  TuningPlan.@Nullable Rule rule;

  @Option(
      names = "--by-cycle",
      paramLabel = "EPOCHS",
      defaultValue = "2",
      description =
          "Compare batch sizes, weight decays and dropouts by a short cycle of each candidate, on"
              + " images held out from training, with more epochs where these are fewer than 50"
              + " steps; 0: by the edge of range tests alone. Default:"
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

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      description =
          "Where recipe.yaml, tuning.json and the figures go; new, empty, or the folder of a tuning"
              + " to resume. Default: runs/tune-MODEL-TIME.")
  @Nullable Path out;

  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    TrainingConfig config = settings.config(Candidates.SEVERAL);
    if (settings.printed(console, config, SETTINGS, open(config))) {
      return ExitCode.OK;
    }
    config.validated();
    List<Double> sizes = Candidates.of(settings.spec(), Hyperparameter.BATCH_SIZE);
    boolean search = !config.isGiven(TrainingConfig.BATCH_SIZE);
    Require.that(
        sizes.size() < 2,
        "--batch-size",
        "one, or left out to search,",
        sizes.stream().map(size -> Numbers.brief(size)).collect(Collectors.joining(",")),
        0);
    List<MomentumRange> momenta =
        SettingOptions.candidates(settings.spec(), TrainingConfig.MOMENTUM);
    Require.that(
        momenta.size() < 2,
        "--momentum",
        "one value, since a tuning compares none (a sweep does),",
        momenta.stream().map(MomentumRange::toText).collect(Collectors.joining(",")),
        0);
    if (!search && (rule != null || memory.amount != null)) {
      throw Require.invalid(
          "--batch-size",
          "left out where --batch-rule or --memory is given,",
          config.get(TrainingConfig.BATCH_SIZE));
    }
    if (search) {
      MemoryOptions.requireProcessor(config, "where no --batch-size is given");
    }
    Require.atLeast("--final-tests", finalTests, 1);
    Require.that(
        rule != TuningPlan.Rule.CYCLE || byCycle > 0,
        "--batch-rule",
        "knee or largest with --by-cycle 0",
        "cycle",
        0);
    SweepPlan asked =
        Candidates.plan(config, Require.atLeast("--by-cycle", byCycle, 0), OptionalDouble.empty());
    Path folder = folder(config);
    if (ranks.rendezvous().rank() == 0) {
      TuneRun.requireUsable(folder);
    }
    Signals.watch();
    return ranks.run(console, group -> tune(config, asked, folder, group));
  }

  private int tune(TrainingConfig config, SweepPlan asked, Path folder, ProcessGroup group) {
    Console console = output.console();
    boolean search = !config.isGiven(TrainingConfig.BATCH_SIZE);
    boolean ruled = rule != null || memory.amount != null;
    try (JobProgress reading = JobProgress.ofTuning(console.of(group));
        Experiment experiment =
            Experiment.openForTuning(
                Candidates.atLargestDropout(ruled ? atStandardBatch(config) : config, settings),
                search ? HeldBatch.on(group).searched() : HeldBatch.on(group),
                reading)) {
      RunControl control = Signals.control(group);
      experiment.join(control);
      SweepPlan sweep = Candidates.careful(asked, experiment, console.of(group));
      int epochs = experiment.config().get(TrainingConfig.EPOCHS);
      boolean chosen = experiment.config().isGiven(TrainingConfig.BATCH_SIZE);
      Optional<BatchSizes> batchSizes =
          search && (ruled || !chosen)
              ? Optional.of(
                  new BatchSizes(
                      experiment.train().size(), epochs, memory.budget(ranks.rendezvous())))
              : Optional.empty();
      TuningPlan.Rule byDefault = byCycle > 0 ? TuningPlan.Rule.CYCLE : TuningPlan.Rule.KNEE;
      TuningPlan plan =
          new TuningPlan(
              batchSizes,
              rule == null ? byDefault : rule,
              weightDecays(config),
              Candidates.of(settings.spec(), Hyperparameter.DROPOUT),
              sweep,
              new TuningPlan.FinalTests(finalTests, epochs, experiment.carefulRate()));
      TuneRun run = new TuneRun(console, settings.spec(), experiment, folder, memory);
      return group.isAlone()
          ? run.run(plan)
          : control.uninterrupted(() -> group.isFirst() ? run.run(plan) : run.takePart(plan));
    }
  }

  /** The folder of the tuning, where the words of the command line have been read. */
  public Path folder() {
    return folder(settings.config(Candidates.SEVERAL));
  }

  private Path folder(TrainingConfig config) {
    return out == null ? RunNames.fresh("tune-" + config.modelName()) : out;
  }

  /** The batch size as given, so that none is chosen for few images: one is searched for. */
  private static TrainingConfig atStandardBatch(TrainingConfig config) {
    return config.with(TrainingConfig.BATCH_SIZE, config.get(TrainingConfig.BATCH_SIZE));
  }

  /** The settings that are chosen from candidates; one that is given as one value is not. */
  private List<Setting<?>> open(TrainingConfig config) {
    List<Setting<?>> open = new ArrayList<>();
    if (!config.isGiven(TrainingConfig.BATCH_SIZE)) {
      open.add(TrainingConfig.BATCH_SIZE);
    }
    if (weightDecays(config).size() > 1) {
      open.add(TrainingConfig.WEIGHT_DECAY);
    }
    if (Candidates.of(settings.spec(), Hyperparameter.DROPOUT).size() > 1) {
      open.add(TrainingConfig.DROPOUT);
    }
    return open;
  }

  private List<Double> weightDecays(TrainingConfig config) {
    return config.isGiven(TrainingConfig.WEIGHT_DECAY)
        ? Candidates.of(settings.spec(), Hyperparameter.WEIGHT_DECAY)
        : Candidates.WEIGHT_DECAYS;
  }
}
