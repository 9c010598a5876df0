package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.RangeView;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.MemoryOptions;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.SweepFigures;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.torch.job.RangeTests.Doubt;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.tune.RankMemo;
import dev.onecycle.torch.tune.Tuner;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.torch.tune.TuningPlan;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** One tuning run from data to recipe. */
final class TuneRun {
  static final String RECIPE = "recipe.yaml";

  /** Batch trials that a search makes, guessed before it has begun. */
  private static final int TRIALS = 7;

  /** The batch size whose trial tells what an image costs, where the usual one does not fit. */
  private static final int SURELY_SMALL = 16;

  /** The settings of the data that images depend on, and that a recipe has. */
  private static final List<Setting<?>> OF_THE_IMAGES =
      List.of(
          TrainingConfig.IMAGE_SIZE,
          TrainingConfig.RESIZE,
          TrainingConfig.ORIENTATION,
          TrainingConfig.SKIP_BAD);

  private final Console console;
  private final CommandSpec spec;
  private final Experiment experiment;
  private final TrainingConfig config;
  private final Path folder;
  private final MemoryOptions memory;

  /**
   * Prepares a run.
   *
   * @param spec of the command line that it was started by
   * @param experiment that candidates are tried in
   * @param memory that a batch may hold
   */
  TuneRun(
      Console console, CommandSpec spec, Experiment experiment, Path folder, MemoryOptions memory) {
    this.console = console;
    this.spec = spec;
    this.experiment = experiment;
    this.config = experiment.config();
    this.folder = folder;
    this.memory = memory;
  }

  /** Throws where the folder is in other use or cannot be written. */
  static void requireUsable(Path folder) {
    if (!Files.exists(folder.resolve(TuningJournal.FILE))) {
      RunFolder.requireWritable(folder);
    }
  }

  /** Runs; answers the exit code. */
  int run(TuningPlan plan) {
    KeptResults kept =
        KeptResults.open(
            RunFolder.made(folder).resolve(TuningJournal.FILE),
            request(plan),
            CommandLineArgs.again(spec, folder));
    kept.sayBegin(console);
    TuningResult tuned;
    try (TuningProgress progress =
        new TuningProgress(console, "tuning", experiment, Optional.empty())) {
      boolean search = plan.batchSizes().isPresent();
      IntFunction<BatchTrial> trial = trial(plan);
      progress.expect(plan.rangeTests(), plan.shortCycles(), search ? TRIALS : 0);
      progress.kept(kept.journal());
      measure(progress, plan, trial);
      progress.announce();
      tuned = tuner(kept.memo(experiment.ranks()), progress).tune(experiment.setup(), plan, trial);
    } catch (CancellationException e) {
      kept.sayInterrupted(console);
      throw e;
    }
    return Signals.uninterrupted(() -> finish(kept.journal(), tuned));
  }

  /** Measures what the work costs, unless there is none ahead, or it would take all ranks. */
  private void measure(TuningProgress progress, TuningPlan plan, IntFunction<BatchTrial> trial) {
    if (progress.nothingAhead() || !experiment.ranks().isAlone()) {
      return;
    }
    if (plan.batchSizes().isEmpty()) {
      progress.measure(plan.sweep());
      return;
    }
    // Not in this process, which must not hold the memory of a batch size not yet tried.
    BatchTrial usual = trial.apply(experiment.setup().batchSize());
    BatchTrial timed = usual.fits() ? usual : trial.apply(SURELY_SMALL);
    progress.measured(timed, plan.sweep());
  }

  /** Tunes together with rank 0, which alone keeps the results; answers the exit code. */
  int takePart(TuningPlan plan) {
    TuningResult unused =
        tuner(Memo.none(), new TuningListener() {}).tune(experiment.setup(), plan, trial(plan));
    return ExitCode.OK;
  }

  private Tuner tuner(Memo memo, TuningListener listener) {
    return new Tuner(
        experiment.trainImages(),
        experiment.evaluationImages(),
        experiment::newLearner,
        RankMemo.of(memo, experiment.ranks()),
        listener,
        Signals::stopRequested);
  }

  private IntFunction<BatchTrial> trial(TuningPlan plan) {
    return TrialProcess.onRanks(
        experiment.ranks().size(),
        new TrialProcess(
            config,
            experiment.trainImages().shape(),
            experiment.trainImages().classes().size(),
            plan.batchSizes().map(BatchSizes::budgetBytes).orElse(OptionalLong.empty())));
  }

  private int finish(TuningJournal journal, TuningResult tuned) {
    Setup used = experiment.setup().with(tuned.chosen());
    Conditions conditions = experiment.conditions(used);
    Recipe recipe = recipe(tuned, used, conditions);
    write(recipe);
    journal.conclude(tuned);
    writeFigures(tuned);
    RangeView.show(console, tuned.range(), OptionalLong.of(steps(tuned)), true);
    List<Doubt> doubts = RangeTests.doubts(experiment, tuned.range(), steps(tuned));
    RangeView.show(console, doubts);
    recipe.reasons().forEach((name, reason) -> console.say(name + ": " + reason));
    console.answer(
        "Chosen: "
            + recipe.settings().entrySet().stream()
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining(", ")));
    Path file = folder.resolve(RECIPE);
    console.answer("Train by it: " + Shell.line(training(file)));
    Map<String, Object> result = new LinkedHashMap<>();
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (Hyperparameter parameter : Hyperparameter.values()) {
      chosen.put(parameter.title().replace(' ', '_'), used.value(parameter));
    }
    result.put("chosen", chosen);
    result.put("learning_rate", tuned.peak());
    if (tuned.range().suggestion().isPresent()) {
      result.put("doubts", RangeView.record(doubts));
    } else {
      result.put("careful_learning_rate", tuned.peak());
    }
    result.put("verdict", tuned.range().verdict().kind().name().toLowerCase(Locale.ROOT));
    result.put("reasons", recipe.reasons());
    result.put("recipe", file.toString());
    result.put("run_dir", folder.toString());
    console.result(result);
    return ExitCode.OK;
  }

  /** The command that trains on the same images by the recipe. */
  private List<String> training(Path recipe) {
    List<Setting<?>> data = new ArrayList<>(TrainingConfig.settings(List.of(Group.DATA)));
    data.removeAll(OF_THE_IMAGES); // which the recipe has
    List<String> words = new ArrayList<>(config.commandLine("train", data));
    words.set(0, CommandLineArgs.program());
    words.addAll(List.of("--recipe", recipe.toString()));
    return words;
  }

  /** Writes the recipe, but not over one that was edited since. */
  private void write(Recipe recipe) {
    Path file = folder.resolve(RECIPE);
    if (Files.exists(file) && !recipe.saysTheSame(Recipe.read(file))) {
      console.answer(file + " was changed since it was written, and is left as it is.");
    } else {
      recipe.write(file);
    }
  }

  /** Everything that results depend on, by name. */
  private Map<String, String> request(TuningPlan plan) {
    Map<String, String> request = KeptResults.request(experiment, plan.sweep());
    request.put("epochs", config.get(TrainingConfig.EPOCHS).toString());
    if (plan.batchSizes().isPresent()) {
      request.put("batch_size", "searched");
    }
    request.put("batch_rule", plan.rule().name().toLowerCase(Locale.ROOT));
    request.put("weight_decay", texts(Hyperparameter.WEIGHT_DECAY, plan.weightDecays()));
    request.put("dropout", texts(Hyperparameter.DROPOUT, plan.dropouts()));
    request.put("memory", memory.amount == null ? "free memory" : memory.amount + " bytes");
    request.put("final_tests", Integer.toString(plan.last().count()));
    return request;
  }

  private static String texts(Hyperparameter parameter, List<Double> values) {
    return values.stream().map(parameter::text).collect(Collectors.joining(","));
  }

  private Recipe recipe(TuningResult tuned, Setup used, Conditions conditions) {
    Set<String> kept = new HashSet<>();
    for (Setting<?> setting :
        TrainingConfig.settings(List.of(Group.LEARNER, Group.AUGMENTATION, Group.POLICY))) {
      kept.add(setting.name());
    }
    OF_THE_IMAGES.forEach(setting -> kept.add(setting.name()));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(TrainingConfig.MODEL.name(), config.get(TrainingConfig.MODEL));
    config
        .givenToMap()
        .forEach(
            (name, value) -> {
              if (kept.contains(name)) {
                settings.put(name, value.toString());
              }
            });
    put(settings, TrainingConfig.BATCH_SIZE, Integer.toString(used.batchSize()));
    put(
        settings,
        TrainingConfig.WEIGHT_DECAY,
        Numbers.power(used.value(Hyperparameter.WEIGHT_DECAY)));
    put(settings, TrainingConfig.DROPOUT, Numbers.exact(used.value(Hyperparameter.DROPOUT)));
    put(settings, TrainingConfig.EPOCHS, config.get(TrainingConfig.EPOCHS).toString());
    put(settings, TrainingConfig.MAX_LR, Numbers.exact(tuned.peak()));
    Map<String, String> reasons = new LinkedHashMap<>();
    tuned
        .reasons()
        .forEach((parameter, why) -> reasons.put(parameter.title().replace(' ', '_'), why));
    String finding = tuned.range().verdict().finding();
    reasons.put(
        TrainingConfig.MAX_LR.name(),
        tuned.range().suggestion().isPresent()
            ? tuned.range().verdict().explanation()
            : finding + "; a careful rate for few images.");
    return new Recipe(Recipe.FORMAT, CommandLineArgs.of(spec), settings, reasons, conditions);
  }

  /** The optimizer steps of the training that the recipe is for. */
  private long steps(TuningResult tuned) {
    return experiment.cycleSteps(tuned.batchSize());
  }

  private static void put(Map<String, String> settings, Setting<?> setting, String value) {
    settings.put(setting.name(), value);
  }

  /** Writes the figures; a system on which none can be drawn can tune all the same. */
  private void writeFigures(TuningResult tuned) {
    try {
      for (Sweep sweep : tuned.sweeps()) {
        String name = sweep.parameter().title().replace(' ', '-') + ".svg";
        SweepFigures.of(sweep).writeSvg(folder.resolve(name));
      }
      RangeFigures.of(tuned.range(), OptionalLong.of(steps(tuned)))
          .writeSvg(folder.resolve("range.svg"));
    } catch (MissingFontsException e) {
      console.say("No figures: " + e.getMessage());
    }
  }
}
