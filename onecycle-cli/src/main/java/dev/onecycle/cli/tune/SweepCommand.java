package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.RangeView;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.ConfigOptions;
import dev.onecycle.cli.options.FigureOptions;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.report.csv.SweepCsv;
import dev.onecycle.report.figures.SweepFigures;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.torch.job.RangeTests.Doubt;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.tune.RankMemo;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Sweeper;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tries values of one hyper-parameter and chooses one. */
@Command(
    name = "sweep",
    description = {
      "Try values of one hyper-parameter by a range test each, all from the same initial weights,"
          + " batches and crops. The largest value whose edge is at least half of the best edge is"
          + " chosen; with --by-cycle, the value with the best accuracy. The test images are not"
          + " read.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = SweepCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle sweep photos/ --weight-decay 1e-2,1e-3,1e-4,1e-5",
      "  onecycle sweep cifar10 --model resnet56 --batch-size 512 --weight-decay 1e-3,1e-4"
          + " --repeats 3",
      "  onecycle sweep photos/ --dropout 0,0.1,0.3 --by-cycle 2",
      "  onecycle sweep photos/ --momentum 0.8,0.85,0.9"
    })
public final class SweepCommand implements Callable<Integer> {
  private static final Path RESULT = Path.of("sweep.json");

  /** The settings of a range test's conditions, some with several values, and of the test. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(SETTINGS);
    }
  }

  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              TrainingConfig.settings(
                  List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION, Group.RANGE_TEST))
                  .stream(),
              Stream.<Setting<?>>of(TrainingConfig.MOMENTUM, TrainingConfig.EPOCHS))
          .toList();

  @Mixin ConfigOptions settings = new ConfigOptions();

  @Option(
      names = "--by-cycle",
      paramLabel = "EPOCHS",
      defaultValue = "0",
      description =
          "Compare candidates by a short cycle of each, on images held out from training, instead"
              + " of by the edge. It has more epochs where these are fewer than 50 steps.")
  int byCycle;

  @Option(
      names = "--max-lr",
      paramLabel = "RATE",
      description =
          "Peak of the short cycles. Default: the suggestion of each candidate's range test.")
  @Nullable Double maxLr;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Where the result is kept, for train --lr-from and reports; beside it FILE-tests.json"
              + " keeps each test as soon as it is done. To resume a sweep that was interrupted,"
              + " call it again. Default: sweep.json, or sweep-2.json and so on where another sweep"
              + " has that.")
  @Nullable Path out;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the columns value,test,step,learning_rate,loss,smoothed.")
  @Nullable Path csv;

  @Mixin FigureOptions figures = new FigureOptions();
  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    TrainingConfig config = settings.config(Candidates.SEVERAL);
    Hyperparameter parameter = swept();
    if (settings.printed(console, config, SETTINGS, List.of(Candidates.setting(parameter)))) {
      return ExitCode.OK;
    }
    config.validated();
    List<Double> values = values(parameter);
    SweepPlan asked = plan(config);
    if (ranks.rendezvous().rank() == 0) {
      requireWritable();
    }
    Signals.watch();
    return ranks.run(console, group -> sweep(config, parameter, values, asked, group));
  }

  /** Every candidate is tried in this process. */
  private static HeldBatch held(Hyperparameter parameter, List<Double> values, ProcessGroup group) {
    HeldBatch ofConfig = HeldBatch.on(group);
    return parameter == Hyperparameter.BATCH_SIZE
        ? ofConfig.upTo(Collections.max(values).intValue())
        : ofConfig;
  }

  private int sweep(
      TrainingConfig config,
      Hyperparameter parameter,
      List<Double> values,
      SweepPlan asked,
      ProcessGroup group) {
    Console console = output.console();
    try (JobProgress reading = JobProgress.ofTuning(console.of(group));
        Experiment experiment =
            Experiment.openForTuning(
                Candidates.atLargestDropout(config, settings),
                held(parameter, values, group),
                reading)) {
      RunControl control = Signals.control(group);
      experiment.join(control);
      if (!group.isFirst()) {
        SweepPlan plan = Candidates.careful(asked, experiment, console.of(group));
        return control.uninterrupted(
            () -> {
              sweeper(experiment, Memo.none(), new TuningListener() {})
                  .sweep(experiment.setup(), parameter, values, plan);
              return ExitCode.OK; // rank 0 has the same result
            });
      }
      SweepPlan plan = Candidates.careful(asked, experiment, console);
      Map<String, String> request = KeptResults.request(experiment, plan);
      request.put(
          parameter.title().replace(' ', '_'),
          values.stream().map(parameter::text).collect(Collectors.joining(",")));
      Path place = place(request);
      if (csv != null && !Files.exists(tests(place))) {
        FileNames.requireNew("--csv", csv); // of an interrupted sweep it is its own
      }
      KeptResults kept =
          KeptResults.open(tests(place), request, CommandLineArgs.again(settings.spec(), place));
      kept.sayBegin(console);
      Supplier<Sweep> trying = () -> swept(console, experiment, parameter, values, plan, kept);
      Sweep sweep = group.isAlone() ? trying.get() : control.uninterrupted(trying);
      OptionalDouble peak = plan.cycles().peak();
      return Signals.uninterrupted(
          () -> finish(console, sweep, experiment, peak, out == null ? place : out));
    }
  }

  private static Sweep swept(
      Console console,
      Experiment experiment,
      Hyperparameter parameter,
      List<Double> values,
      SweepPlan plan,
      KeptResults kept) {
    String advice = !plan.byCycle() ? " (--repeats 3, or --by-cycle with --max-lr)" : " (--max-lr)";
    try (TuningProgress progress =
        new TuningProgress(console, "sweep", experiment, Optional.of(advice))) {
      progress.expect(values.size() * plan.repeats(), plan.byCycle() ? values.size() : 0, 0);
      progress.kept(kept.journal());
      if (!progress.nothingAhead() && experiment.ranks().isAlone()) {
        progress.measure(plan);
        if (parameter == Hyperparameter.BATCH_SIZE) {
          progress.at(values.stream().mapToDouble(Double::doubleValue).average().orElseThrow());
        }
      }
      progress.announce();
      return sweeper(experiment, kept.memo(experiment.ranks()), progress)
          .sweep(experiment.setup(), parameter, values, plan);
    } catch (CancellationException e) {
      kept.sayInterrupted(console);
      throw e;
    }
  }

  private static Sweeper sweeper(Experiment experiment, Memo memo, TuningListener listener) {
    return new Sweeper(
        experiment.trainImages(),
        experiment.evaluationImages(),
        experiment::newLearner,
        RankMemo.of(memo, experiment.ranks()),
        listener,
        Signals::stopRequested);
  }

  private void requireWritable() {
    Path result = out == null ? RESULT : out;
    if (out != null && !Files.exists(tests(out))) {
      FileNames.requireNew("--out", out);
    }
    figures.requireWritable(result);
    AtomicFile.requireWritable(result);
    if (csv != null) {
      AtomicFile.requireWritable(csv);
    }
  }

  /** The file of the results of the tests, beside the result of the sweep. */
  private static Path tests(Path result) {
    return FileNames.withSuffix(result, "-tests");
  }

  /**
   * The name that results go by: as given, or the first that no other sweep has. A device has no
   * place beside it.
   */
  private Path place(Map<String, String> request) {
    return out != null && (Files.isRegularFile(out) || !Files.exists(out))
        ? out
        : FileNames.numbered(
            RESULT,
            file ->
                TuningJournal.holds(tests(file), request)
                    || !Files.exists(file) && !Files.exists(tests(file)));
  }

  private SweepPlan plan(TrainingConfig config) {
    if (maxLr != null && byCycle == 0) {
      throw Require.invalid("--max-lr", "given with --by-cycle, whose peak it is,", maxLr);
    }
    OptionalDouble peak =
        maxLr == null
            ? OptionalDouble.empty()
            : OptionalDouble.of(TrainingConfig.MAX_LR.read("--max-lr", maxLr));
    return Candidates.plan(config, Require.atLeast("--by-cycle", byCycle, 0), peak);
  }

  private Hyperparameter swept() {
    List<Hyperparameter> several = new ArrayList<>();
    for (Hyperparameter parameter : Hyperparameter.values()) {
      if (given(parameter).size() > 1) {
        several.add(parameter);
      }
    }
    if (several.size() > 1) {
      throw Require.invalid(
          "candidates",
          "of one hyper-parameter",
          String.join(" and ", several.stream().map(Hyperparameter::title).toList()),
          "sweep one after the other, or use onecycle tune");
    }
    return several.isEmpty() ? Hyperparameter.WEIGHT_DECAY : several.get(0);
  }

  private List<Double> values(Hyperparameter parameter) {
    List<Double> values = given(parameter);
    if (values.size() == 1) {
      throw Require.invalid(
          "candidates",
          "at least two values of one hyper-parameter",
          parameter.title() + " " + parameter.text(values.get(0)),
          "give them as --weight-decay 1e-3,1e-4");
    }
    return values.isEmpty() ? Candidates.WEIGHT_DECAYS : values;
  }

  private List<Double> given(Hyperparameter parameter) {
    return Candidates.of(settings.spec(), parameter);
  }

  /**
   * Shows and keeps the result.
   *
   * @param peak of the short cycles, where it was the same for all candidates
   */
  private int finish(
      Console console, Sweep sweep, Experiment experiment, OptionalDouble peak, Path file) {
    Candidate shown = sweep.chosen().orElse(sweep.candidates().get(0));
    FoundRate found = found(sweep, shown, experiment, peak);
    OptionalDouble rate = found.learningRate();
    // A peak that was given, or is a careful one, needs none.
    List<Doubt> doubts =
        rate.isPresent() && peak.isEmpty()
            ? RangeTests.doubts(experiment, shown.test(), steps(sweep, shown, experiment))
            : List.of();
    RangeView.show(console, doubts);
    found.write(file);
    console.say("Wrote " + file);
    if (csv != null) {
      SweepCsv.write(sweep, csv);
      console.say("Wrote " + csv);
    }
    figures.write(console, () -> SweepFigures.of(sweep), file);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("parameter", Candidates.setting(sweep.parameter()).name());
    sweep.chosen().ifPresent(chosen -> result.put("chosen", chosen.value()));
    if (rate.isPresent()) {
      result.put("learning_rate", rate.getAsDouble());
      result.put("doubts", RangeView.record(doubts));
    }
    result.put("explanation", sweep.explanation());
    result.put("candidates", SweepView.record(sweep, experiment, experiment.setup().batchSize()));
    result.put("result", file.toString());
    if (sweep.chosen().isPresent()) {
      console.result(result);
      return ExitCode.OK;
    }
    console.result(result, sweep.explanation(), ExitCode.BAD_DATA);
    return ExitCode.BAD_DATA;
  }

  private static long steps(Sweep sweep, Candidate candidate, Experiment experiment) {
    return SweepView.steps(sweep, candidate, experiment, experiment.setup().batchSize());
  }

  private FoundRate found(
      Sweep sweep, Candidate shown, Experiment experiment, OptionalDouble peak) {
    List<String> command = CommandLineArgs.of(settings.spec());
    Conditions conditions =
        experiment.conditions(experiment.setup().with(sweep.parameter(), shown.value()));
    Evidence evidence = Evidence.of(sweep);
    if (sweep.chosen().isEmpty()) {
      return new FoundRate(
          command, OptionalDouble.empty(), OptionalLong.empty(), conditions, evidence);
    }
    return peak.isEmpty()
        ? FoundRate.suggested(command, steps(sweep, shown, experiment), conditions, evidence)
        : new FoundRate(command, peak, OptionalLong.empty(), conditions, evidence);
  }
}
