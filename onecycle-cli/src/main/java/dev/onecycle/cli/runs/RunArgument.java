package dev.onecycle.cli.runs;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunCatalog;
import dev.onecycle.text.Nearest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Finds the run that a word names: by its name in the folder of runs, or by its path. */
final class RunArgument {
  private final Path folder;

  private RunArgument(Path folder) {
    this.folder = folder;
  }

  /** The runs of a subcommand: those in the folder that was given before it. */
  static RunArgument of(CommandSpec subcommand, RunsCommand runs) {
    CommandSpec parent = subcommand.parent();
    if (!parent.commandLine().getParseResult().matchedOptions().isEmpty()) {
      String option = parent.commandLine().getParseResult().matchedOptions().get(0).longestName();
      throw new ParameterException(
          subcommand.commandLine(),
          option + " must stand behind " + subcommand.name() + " but stands before it");
    }
    return new RunArgument(runs.folder());
  }

  /**
   * The folder of a run.
   *
   * @throws InvalidValueException where there is none, or two
   */
  Path find(Path word) {
    Path named = folder.resolve(word);
    boolean asName = exists(named);
    boolean asPath = exists(word);
    if (asName && asPath && !same(named, word)) {
      throw Require.invalid(
          "RUN",
          "one run",
          word,
          "there are " + named + " and " + word.toAbsolutePath() + "; give the whole path");
    }
    if (!asName && !asPath) {
      throw Require.invalid("RUN", "the name or the folder of a run", word, advice(word));
    }
    return asName ? named : word;
  }

  List<Path> find(List<Path> words) {
    List<Path> found = new ArrayList<>();
    for (Path word : words) {
      Path run = find(word);
      if (found.stream().noneMatch(other -> same(other, run))) {
        found.add(run);
      }
    }
    return found;
  }

  /** A link to a run is found, so that it is refused by what it is. */
  private static boolean exists(Path path) {
    return RunCatalog.isRun(path) || Files.isSymbolicLink(path);
  }

  private static boolean same(Path a, Path b) {
    try {
      return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize())
          || (Files.exists(a, LinkOption.NOFOLLOW_LINKS) && Files.isSameFile(a, b));
    } catch (IOException e) {
      throw IoErrors.cannotRead(a, e);
    }
  }

  private String advice(Path word) {
    if (Files.isDirectory(word)) {
      return "there is no run.json in it";
    }
    Optional<String> nearest = Nearest.to(word.toString(), names());
    return nearest
        .map(name -> "did you mean " + name + "?")
        .orElse("'" + RunsCommand.line(folder) + "' lists the runs");
  }

  private List<String> names() {
    try {
      return List.copyOf(RunCatalog.folders(folder).keySet());
    } catch (BadDataException e) {
      return List.of(); // no folder, so no name to suggest
    }
  }
}
