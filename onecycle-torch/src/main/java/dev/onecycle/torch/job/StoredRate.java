package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.DROPOUT;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.LR_FROM;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.MOMENTUM;
import static dev.onecycle.torch.job.TrainingConfig.WEIGHT_DECAY;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.SuggestedPeak;
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
import dev.onecycle.tune.Hyperparameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A peak rate that was found before: by a range test, a sweep, or in a recipe.
 *
 * @param file that holds it
 * @param given the rate that the file gives
 * @param suggestion of range tests, from which the rate of a cycle follows by its length; empty
 *     where the rate itself was chosen
 * @param conditions that it was found under
 * @param evidence that it rests on
 * @param isRecipe whether the file is a recipe
 */
record StoredRate(
    Path file,
    double given,
    Optional<SuggestedPeak> suggestion,
    Conditions conditions,
    Evidence evidence,
    boolean isRecipe) {
  private static final Set<Setting<?>> TUNED = Set.of(BATCH_SIZE, WEIGHT_DECAY, DROPOUT);

  static StoredRate read(Path file) {
    if (isRecipe(file)) {
      Recipe recipe = Recipe.read(file);
      String rate = recipe.settings().get(MAX_LR.name());
      if (rate == null) {
        throw new BadDataException(
            MAX_LR.name() + " in " + file + " must be given but was left out");
      }
      try {
        return new StoredRate(
            file,
            MAX_LR.read(MAX_LR.name() + " in " + file, rate),
            Optional.empty(),
            recipe.conditions(),
            evidence(file),
            true);
      } catch (InvalidValueException e) {
        throw new BadDataException(String.valueOf(e.getMessage()), e);
      }
    }
    FoundRate found = FoundRate.readWithRate(file);
    return new StoredRate(
        file,
        found.learningRate().orElseThrow(),
        found.suggestion(),
        found.conditions(),
        found.evidence(),
        false);
  }

  /** The peak rate for a cycle of so many steps. */
  double rate(long steps) {
    return suggestion.map(peak -> peak.over(steps)).orElse(given);
  }

  /** Whether the rate depends on the length of the cycle. */
  boolean dependsOnSteps() {
    return suggestion.isPresent();
  }

  /** The evidence of a recipe, where it still lies beside its tuning. */
  private static Evidence evidence(Path recipe) {
    Path folder = recipe.toAbsolutePath().getParent();
    return folder != null && Files.exists(folder.resolve(TuningJournal.FILE))
        ? TuningJournal.result(folder).map(Evidence::of).orElse(Evidence.NONE)
        : Evidence.NONE;
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
      for (Setting<?> setting : List.of(BATCH_SIZE, WEIGHT_DECAY, DROPOUT)) {
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
    if (!isRecipe) {
      List<String> words = new ArrayList<>(config.commandLine("find-lr", settings));
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
