package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.DROPOUT;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.FROM;
import static dev.onecycle.torch.job.TrainingConfig.HEAD;
import static dev.onecycle.torch.job.TrainingConfig.LR_FROM;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.MOMENTUM;
import static dev.onecycle.torch.job.TrainingConfig.WEIGHT_DECAY;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.TuningResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A peak rate that was found before: by a range test, a sweep, or in a recipe.
 *
 * @param file that holds it
 * @param given the rate that the file gives
 * @param suggestion of range tests, from which the rate of a cycle of another length follows; empty
 *     where the rate itself was chosen, or changed in the file since
 * @param length of the cycle that the file gives the rate for
 * @param conditions that it was found under
 * @param evidence that it rests on
 */
record StoredRate(
    Path file,
    double given,
    Optional<SuggestedPeak> suggestion,
    Length length,
    Conditions conditions,
    Evidence evidence) {
  private static final List<Setting<?>> TUNED = List.of(BATCH_SIZE, WEIGHT_DECAY, DROPOUT);

  /** The length of a cycle: its steps, or the epochs of a recipe; neither where it is not known. */
  record Length(OptionalLong steps, OptionalInt epochs) {
    static final Length UNKNOWN = new Length(OptionalLong.empty(), OptionalInt.empty());

    static Length ofSteps(OptionalLong steps) {
      return new Length(steps, OptionalInt.empty());
    }

    /** The steps of a training of an experiment's images. */
    OptionalLong over(Experiment experiment) {
      return epochs.isEmpty()
          ? steps
          : OptionalLong.of(
              TrainingPlan.of(epochs.getAsInt(), experiment.setup().batchSize())
                  .steps(experiment.train().size()));
    }
  }

  static StoredRate read(Path file) {
    if (isRecipe(file)) {
      return ofRecipe(file, Recipe.read(file));
    }
    FoundRate found = FoundRate.readWithRate(file);
    double rate = found.learningRate().orElseThrow();
    return new StoredRate(
        file,
        rate,
        found.suggestion().filter(peak -> peak.over(found.cycleSteps().orElseThrow()) == rate),
        Length.ofSteps(
            found.cycleSteps().isPresent() ? found.cycleSteps() : triedSteps(found.evidence())),
        found.conditions(),
        found.evidence());
  }

  /** The steps of the short cycle of what a sweep chose. */
  private static OptionalLong triedSteps(Evidence evidence) {
    return evidence.sweeps().stream()
        .flatMap(sweep -> sweep.chosen().stream())
        .flatMap(chosen -> chosen.cycle().stream())
        .flatMap(cycle -> cycle.epochs().stream())
        .mapToLong(EpochRecord::steps)
        .max();
  }

  private static StoredRate ofRecipe(Path file, Recipe recipe) {
    String text = recipe.settings().get(MAX_LR.name());
    if (text == null) {
      throw new BadDataException(MAX_LR.name() + " in " + file + " must be given but was left out");
    }
    try {
      double rate = MAX_LR.read(MAX_LR.name() + " in " + file, text);
      String epochs = recipe.settings().get(EPOCHS.name());
      Optional<TuningResult> tuned = tuned(file);
      return new StoredRate(
          file,
          rate,
          tuned
              .filter(result -> result.peak() == rate)
              .flatMap(result -> result.range().suggestion()),
          epochs == null
              ? Length.UNKNOWN
              : new Length(
                  OptionalLong.empty(),
                  OptionalInt.of(EPOCHS.read(EPOCHS.name() + " in " + file, epochs))),
          recipe.conditions(),
          tuned.map(Evidence::of).orElse(Evidence.NONE));
    } catch (InvalidValueException e) {
      throw new BadDataException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The tuning of a recipe, where the recipe still lies beside it. */
  private static Optional<TuningResult> tuned(Path recipe) {
    Path folder = recipe.toAbsolutePath().getParent();
    return folder != null && Files.exists(folder.resolve(TuningJournal.FILE))
        ? TuningJournal.result(folder)
        : Optional.empty();
  }

  /**
   * The peak rate for a cycle.
   *
   * @param steps of the cycle
   * @param foundFor the steps that the file gives its rate for, if they are known
   */
  double rate(long steps, OptionalLong foundFor) {
    boolean same = foundFor.isPresent() && foundFor.getAsLong() == steps;
    return suggestion.isPresent() && !same ? suggestion.get().over(steps) : given;
  }

  boolean isRecipe() {
    return isRecipe(file);
  }

  /**
   * A recipe as a configuration: its settings, its rate to be taken from the file.
   *
   * @throws BadDataException where it cannot be read, or has a setting that is not known
   */
  static TrainingConfig config(Path recipe) {
    Map<String, Object> settings = new LinkedHashMap<>(Recipe.read(recipe).settings());
    if (settings.remove(MAX_LR.name()) != null) {
      settings.put(LR_FROM.name(), recipe.toString());
    }
    try {
      return TrainingConfig.defaults().with(settings, Origin.file(recipe));
    } catch (InvalidValueException e) {
      throw TrainingConfig.unreadable(recipe, e);
    }
  }

  /**
   * A configuration with what the sweep of its {@code lr_from} chose, for settings that it does not
   * give itself: the swept value, and the values that the sweep held fixed, since the choice and
   * the rate hold for these. Unchanged where the rate is from elsewhere, or there is no file.
   *
   * @throws BadDataException where the file cannot be read
   */
  static TrainingConfig withSwept(TrainingConfig config) {
    Optional<Path> file =
        config.find(LR_FROM).map(Path::of).filter(path -> !isRecipe(path)).filter(Files::exists);
    if (file.isEmpty()) {
      return config;
    }
    StoredRate stored = read(file.get());
    if (stored.evidence.sweeps().isEmpty()) {
      return config;
    }
    Origin origin = Origin.file(stored.file);
    Map<String, Object> values = new LinkedHashMap<>();
    try {
      for (Setting<?> setting : TUNED) {
        String text = stored.conditions.get(setting.name());
        Object value = setting.read(origin.label().apply(setting), text);
        // The default of the batch size depends on the length of the run.
        boolean anyway = setting != BATCH_SIZE && config.get(setting).equals(value);
        if (!config.isGiven(setting) && !anyway) {
          values.put(setting.name(), text);
        }
      }
      if (!config.isGiven(MOMENTUM)) {
        stored.momentum(config).ifPresent(range -> values.put(MOMENTUM.name(), range.toText()));
      }
      return config.with(values, origin);
    } catch (InvalidValueException e) {
      throw TrainingConfig.unreadable(stored.file, e);
    }
  }

  /**
   * The momentum that goes with the sweep's at the peak; empty where the configuration has it. A
   * sweep by cycles tried it as a constant. A range test tells of the peak alone, so the cycle then
   * keeps its highest momentum.
   */
  private Optional<MomentumRange> momentum(TrainingConfig config) {
    String text = conditions.get("momentum_at_peak");
    double atPeak = MomentumRange.parse("momentum_at_peak in " + file, text).atPeak();
    PolicyChoice policy = config.policyChoice();
    if (policy.momentumAtPeak() == atPeak) {
      return Optional.empty();
    }
    boolean byCycle =
        evidence.sweeps().stream()
            .filter(sweep -> sweep.parameter() == Hyperparameter.MOMENTUM)
            .flatMap(sweep -> sweep.candidates().stream())
            .anyMatch(candidate -> candidate.cycle().isPresent());
    MomentumRange usual = policy.momentum();
    boolean cycled = usual.low().isPresent() && usual.high() > atPeak && !byCycle;
    return Optional.of(
        cycled
            ? new MomentumRange(usual.high(), OptionalDouble.of(atPeak), usual.end())
            : MomentumRange.constant(atPeak));
  }

  private static boolean isRecipe(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  /**
   * The command that finds the rate under the conditions of an experiment. It overwrites no result.
   *
   * @param found the file of the new result, where the rate is not from a recipe
   */
  List<String> refreshCommand(Experiment experiment, Path found) {
    TrainingConfig config = experiment.config();
    List<Setting<?>> settings =
        new ArrayList<>(
            TrainingConfig.settings(List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION)));
    settings.add(EPOCHS);
    if (!isRecipe()) {
      List<String> words = new ArrayList<>(config.commandLine("find-lr", settings));
      if (config.find(FROM).isPresent() && !config.isGiven(HEAD)) {
        // With it find-lr begins as the training does, and takes no settings of a run.
        words.add(HEAD.option() + "=" + HEAD.write(config.get(HEAD)));
      }
      words.add("--momentum=" + Numbers.exact(experiment.setup().momentum()));
      words.add("--out=" + found);
      return words;
    }
    // The tuner chooses these again, where the recipe alone says them.
    settings.removeIf(s -> TUNED.contains(s) && config.origin(s).startsWith("file "));
    settings.addAll(TrainingConfig.settings(List.of(Group.POLICY)));
    return config.commandLine("tune", settings);
  }
}
