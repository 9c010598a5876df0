package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.DROPOUT;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.LR_FROM;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.WEIGHT_DECAY;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig.Group;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(".yaml") || name.endsWith(".yml")) {
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

  /** The command that finds the rate under the conditions of an experiment. */
  List<String> refreshCommand(Experiment experiment) {
    TrainingConfig config = experiment.config();
    List<Setting<?>> settings =
        new ArrayList<>(
            TrainingConfig.settings(List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION)));
    settings.add(EPOCHS);
    if (!isRecipe) {
      List<String> words = new ArrayList<>(config.commandLine("find-lr", settings));
      words.add("--momentum=" + Numbers.exact(experiment.setup().momentum()));
      words.add("--out=" + file);
      return words;
    }
    // The tuner chooses these again, where the recipe alone says them.
    settings.removeIf(s -> TUNED.contains(s) && config.origin(s).startsWith("file "));
    settings.addAll(TrainingConfig.settings(List.of(Group.POLICY)));
    return config.commandLine("tune", settings);
  }
}
