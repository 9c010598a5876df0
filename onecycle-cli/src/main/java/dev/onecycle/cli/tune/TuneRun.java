package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CandidateOptions;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.PolicyOptions;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.data.TuningData;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.SweepFigures;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.run.tuning.TuningOutcome;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Tuned;
import dev.onecycle.torch.tune.Tuner;
import dev.onecycle.torch.tune.TuningPlan;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** One tuning run from data to recipe. */
final class TuneRun {
  static final String RECIPE = "recipe.yaml";

  /** Batch trials that a search makes, guessed before it has begun. */
  private static final int TRIALS = 7;

  /** The batch size whose trial tells what an image costs, where the usual one does not fit. */
  private static final int SURELY_SMALL = 16;

  private final Console console;
  private final CommandSpec spec;
  private final CandidateOptions options;
  private final PolicyChoice choice;
  private final int epochs;
  private final Path folder;

  /** Prepares a run; throws where the folder is in other use or cannot be written. */
  TuneRun(
      Console console,
      CommandSpec spec,
      CandidateOptions options,
      PolicyChoice choice,
      int epochs,
      Path folder) {
    this.console = console;
    this.spec = spec;
    this.options = options;
    this.choice = choice;
    this.epochs = epochs;
    this.folder = folder;
    if (!Files.exists(folder.resolve(TuningJournal.FILE))) {
      RunFolder.requireWritable(folder);
    }
  }

  /** Runs; answers the exit code. */
  int run(TuningData data, String source, TuningPlan plan) {
    Setup setup =
        options.setup(data.train().shape(), data.train().classes().size(), choice.momentumAtPeak());
    TuningJournal journal =
        TuningJournal.open(
            RunFolder.made(folder), request(setup, data, plan), Signals::uninterrupted);
    if (journal.size() == 0) {
      console.say("Tuning in " + folder + "; if it is ended, call it again with --out " + folder);
    } else {
      console.say(
          Numbers.format(
              "Going on with %s, where %d results are there already.", folder, journal.size()));
    }
    Tuned tuned;
    try (TuningProgress progress = new TuningProgress(console)) {
      boolean search = plan.batchSizes().isPresent();
      TrialProcess trial =
          TrialProcess.of(
              spec,
              options,
              data.train(),
              plan.batchSizes().map(BatchSizes::budgetBytes).orElse(OptionalLong.empty()));
      progress.expect(plan.rangeTests(), plan.shortCycles(), search ? TRIALS : 0);
      if (search) {
        // Not in this process, which must not hold what a batch size takes that is not yet tried.
        BatchTrial usual = trial.apply(setup.batchSize());
        BatchTrial timed = usual.fits() ? usual : trial.apply(SURELY_SMALL);
        progress.measured(timed, setup, plan.sweep(), data);
      } else {
        progress.measure(setup, plan.sweep(), data);
      }
      progress.announce();
      tuned =
          new Tuner(
                  data.train(),
                  data.validation(),
                  new InterruptibleWork(journal),
                  progress,
                  Signals::stopRequested)
              .tune(setup, plan, trial);
    } catch (CancellationException e) {
      console.say("Interrupted; to go on, call it again with --out " + folder);
      throw e;
    }
    return Signals.uninterrupted(() -> finish(journal, tuned, data, source));
  }

  private int finish(TuningJournal journal, Tuned tuned, TuningData data, String source) {
    Conditions conditions = tuned.setup().conditions(data.fingerprint());
    Recipe recipe = recipe(tuned, conditions);
    recipe.write(folder.resolve(RECIPE));
    journal.conclude(
        new TuningOutcome(
            tuned.batchSizes(), tuned.sweeps(), tuned.range(), tuned.peak(), conditions));
    writeFigures(tuned);
    RangeRun.show(console, tuned.range());
    recipe.reasons().forEach((name, reason) -> console.say(name + ": " + reason));
    console.answer(
        "Chosen: " + Shell.line(CommandLineArgs.of(recipe.settings())).replace("=", " "));
    Path file = folder.resolve(RECIPE);
    console.answer(
        "Train by it: "
            + Shell.line(List.of("onecycle", "train", source, "--recipe", file.toString())));
    Map<String, Object> result = new LinkedHashMap<>();
    Map<String, Object> chosen = new LinkedHashMap<>();
    for (Hyperparameter parameter : Hyperparameter.values()) {
      chosen.put(parameter.title().replace(' ', '_'), tuned.setup().value(parameter));
    }
    result.put("chosen", chosen);
    result.put("learning_rate", tuned.peak());
    result.put("recipe", file.toString());
    result.put("run_dir", folder.toString());
    console.result(result);
    return ExitCode.OK;
  }

  /** Everything that results depend on, by name. */
  private Map<String, String> request(Setup setup, TuningData data, TuningPlan plan) {
    Map<String, String> request =
        new LinkedHashMap<>(setup.conditions(data.fingerprint()).byName());
    SweepPlan sweep = plan.sweep();
    request.put("seed", Long.toString(options.seed));
    request.put("epochs", Integer.toString(epochs));
    request.put("batch size", plan.batchSizes().isPresent() ? "searched" : "" + setup.batchSize());
    request.put("batch rule", plan.rule().toString());
    request.put("weight decay", texts(Hyperparameter.WEIGHT_DECAY, plan.weightDecays()));
    request.put("dropout", texts(Hyperparameter.DROPOUT, plan.dropouts()));
    request.put(
        "range test",
        Numbers.format(
            "%s to %s in %d steps",
            Numbers.brief(sweep.test().start()),
            Numbers.brief(sweep.test().end()),
            sweep.test().steps()));
    request.put("images of a range test", Integer.toString(sweep.leastImages()));
    request.put("ramp", sweep.test().ramp().toString());
    request.put("batch norm momentum", Numbers.exact(setup.settings().batchNormMomentum()));
    request.put("memory", CommandLineArgs.given(spec).getOrDefault("memory", "what is free"));
    request.put("range tests a candidate", Integer.toString(sweep.repeats()));
    request.put("final range tests", Integer.toString(plan.finalTests()));
    request.put("epochs of a short cycle", Integer.toString(sweep.cycleEpochs()));
    request.put("policy", choice.over(1_000_000, 1).describe());
    return request;
  }

  private static String texts(Hyperparameter parameter, List<Double> values) {
    return values.stream().map(parameter::text).collect(Collectors.joining(","));
  }

  private Recipe recipe(Tuned tuned, Conditions conditions) {
    Map<String, String> settings = new LinkedHashMap<>(CommandLineArgs.given(spec));
    Set<String> kept = CommandLineArgs.names(new TrainOptions());
    kept.addAll(CommandLineArgs.names(new PolicyOptions()));
    kept.addAll(Set.of("image-size", "skip-bad")); // what the data are depends on them
    settings.keySet().retainAll(kept);
    settings.put("model", options.model);
    settings.put("batch-size", Integer.toString(tuned.setup().batchSize()));
    settings.put("weight-decay", Numbers.power(tuned.setup().value(Hyperparameter.WEIGHT_DECAY)));
    settings.put("dropout", Numbers.exact(tuned.setup().value(Hyperparameter.DROPOUT)));
    settings.put("epochs", Integer.toString(epochs));
    settings.put("max-lr", Numbers.exact(tuned.peak()));
    Map<String, String> reasons = new LinkedHashMap<>();
    tuned
        .reasons()
        .forEach((parameter, why) -> reasons.put(parameter.title().replace(' ', '-'), why));
    reasons.put("max-lr", tuned.range().verdict().explanation());
    return new Recipe(Recipe.FORMAT, CommandLineArgs.of(spec), settings, reasons, conditions);
  }

  /** Writes the figures; a system on which none can be drawn can tune all the same. */
  private void writeFigures(Tuned tuned) {
    try {
      for (Sweep sweep : tuned.sweeps()) {
        String name = sweep.parameter().title().replace(' ', '-') + ".svg";
        SweepFigures.of(sweep).writeSvg(folder.resolve(name));
      }
      RangeFigures.of(tuned.range()).writeSvg(folder.resolve("range.svg"));
    } catch (MissingFontsException e) {
      console.say("No figures: " + e.getMessage());
    }
  }
}
