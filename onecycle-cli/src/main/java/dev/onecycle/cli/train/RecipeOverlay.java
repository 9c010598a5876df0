package dev.onecycle.cli.train;

import dev.onecycle.cli.Main;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.tune.TuneCommand;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.Recipe;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.text.Nearest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A recipe as {@code train} uses it: its settings stand before the words of the command line, but
 * for those that the command line gives itself.
 *
 * @param file where the recipe is
 * @param recipe what it says
 * @param given what the command line says itself
 */
record RecipeOverlay(String file, Recipe recipe, Map<String, String> given) {
  private static final String RATE = "max-lr";

  /** What tuning chooses: given on the command line, it is a fixed value to the tuner too. */
  private static final Set<String> TUNED = Set.of("batch-size", "weight-decay", "dropout");

  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "recipe",
          "lr-from",
          "accept-stale",
          "out",
          "tensorboard",
          "json",
          "quiet",
          "help",
          "version");

  /**
   * Reads a recipe and parses it, together with the words of the command line, into a command.
   *
   * @throws BadDataException where the recipe cannot be read or has settings that train has not
   */
  static RecipeOverlay read(Path file, CommandSpec spec, TrainCommand into) {
    Recipe recipe = Recipe.read(file);
    Map<String, String> given = CommandLineArgs.given(spec);
    Set<String> known = CommandLineArgs.names(new TrainCommand());
    known.removeAll(NOT_SETTINGS);
    Map<String, String> settings = new LinkedHashMap<>(recipe.settings());
    for (String name : settings.keySet()) {
      if (!known.contains(name)) {
        String nearest =
            Nearest.to(name, List.copyOf(known)).map(n -> "; did you mean " + n + "?").orElse("");
        throw new BadDataException(
            file + " has the setting '" + name + "', which onecycle train has not" + nearest);
      }
    }
    settings.keySet().removeAll(given.keySet());
    if (given.containsKey("minutes") || given.containsKey("epochs")) {
      settings.keySet().removeAll(Set.of("minutes", "epochs"));
    }
    if (given.containsKey("lr-from")) {
      settings.remove(RATE);
    }
    List<String> words = new ArrayList<>(CommandLineArgs.of(settings));
    words.addAll(CommandLineArgs.after(spec));
    CommandLine line = Main.configured(new CommandLine(into));
    line.setOut(spec.commandLine().getOut());
    line.setErr(spec.commandLine().getErr());
    try {
      line.parseArgs(words.toArray(String[]::new));
    } catch (ParameterException e) {
      String reason =
          e.getCause() instanceof InvalidValueException ours ? ours.getMessage() : e.getMessage();
      throw new BadDataException(file + ": " + reason, e);
    }
    return new RecipeOverlay(file.toString(), recipe, given);
  }

  /** Whether the rate is the recipe's, not one that the command line gives. */
  boolean givesRate() {
    return recipe.settings().containsKey(RATE)
        && !given.containsKey(RATE)
        && !given.containsKey("lr-from");
  }

  Conditions conditions() {
    return recipe.conditions();
  }

  /** What tuning chose by, where the recipe still lies beside its record. */
  Evidence evidence() {
    Path folder = Path.of(file).toAbsolutePath().getParent();
    return folder != null && Files.exists(folder.resolve(TuningJournal.FILE))
        ? TuningJournal.outcome(folder).map(Evidence::of).orElse(Evidence.NONE)
        : Evidence.NONE;
  }

  /** The command that tunes under what the command line asks for. */
  List<String> refresh(String data) {
    Map<String, String> settings = new LinkedHashMap<>(recipe.settings());
    settings.putAll(given);
    settings.keySet().retainAll(CommandLineArgs.names(new TuneCommand()));
    settings.keySet().removeAll(NOT_SETTINGS);
    settings.keySet().removeIf(name -> TUNED.contains(name) && !given.containsKey(name));
    List<String> words = new ArrayList<>(List.of("onecycle", "tune", data));
    words.addAll(CommandLineArgs.of(settings));
    return words;
  }
}
