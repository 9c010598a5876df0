package dev.onecycle.cli.launch;

import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.train.FineTuneCommand;
import dev.onecycle.cli.train.ResumeCommand;
import dev.onecycle.cli.train.TrainCommand;
import dev.onecycle.cli.tune.TuneCommand;
import dev.onecycle.error.Require;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * The command that all ranks run. Where it makes a folder, all attempts have the same one, and go
 * on with what an earlier attempt left there.
 *
 * @param words the name of the command and its arguments, {@code --out} among them
 * @param parsed the arguments
 * @param folder that it makes; empty where it makes none
 */
record RankedCommand(List<String> words, ParseResult parsed, Optional<Path> folder) {
  private static final String TRAIN = "train";
  private static final String OUT = "--out";
  private static final String JSON = "--json";

  private static final String RESUME = TrainCommand.RESUME;

  /**
   * Reads a command.
   *
   * @param given the name of a command and its arguments
   */
  static RankedCommand of(List<String> given, CommandLine program) {
    CommandLine command = program.getSubcommands().get(given.get(0));
    if (command == null
        || !command.getCommandSpec().optionsMap().containsKey(RankOptions.WORLD_SIZE)) {
      throw Require.invalid(
          "COMMAND",
          "one that trains or tests on ranks, such as train, find-lr or sweep,",
          given.get(0),
          "start others without launch");
    }
    ParseResult parsed = program.parseArgs(given.toArray(String[]::new)).subcommand();
    for (String option : List.of(RankOptions.RANK, RankOptions.WORLD_SIZE, RankOptions.MASTER)) {
      if (parsed.hasMatchedOption(option)) {
        throw Require.invalid(
            option,
            "left out",
            parsed.matchedOption(option).stringValues().get(0),
            "launch tells each rank its place");
      }
    }
    if (isHelp(parsed)) {
      return new RankedCommand(given, parsed, Optional.empty());
    }
    Optional<Path> folder = folder(command.getCommand());
    List<String> words = new ArrayList<>(given);
    if (folder.isPresent() && !parsed.hasMatchedOption(OUT)) {
      words.add(OUT + "=" + folder.get());
    }
    return new RankedCommand(words, parsed, folder);
  }

  /** The folder that a command makes, and another attempt goes on with. */
  private static Optional<Path> folder(Object command) {
    if (command instanceof TrainCommand train) {
      return Optional.of(train.folder());
    }
    if (command instanceof FineTuneCommand fineTune) {
      return Optional.of(fineTune.folder());
    }
    return command instanceof TuneCommand tune ? Optional.of(tune.folder()) : Optional.empty();
  }

  private static boolean isHelp(ParseResult parsed) {
    return parsed.isUsageHelpRequested() || parsed.isVersionHelpRequested();
  }

  /** Whether the command prints its help or version and does nothing else. */
  boolean isHelp() {
    return isHelp(parsed);
  }

  /** Whether it ends standard output with one JSON object. */
  boolean json() {
    return parsed.hasMatchedOption(JSON);
  }

  /** Whether it adds epochs to a run, which a second attempt would add again. */
  boolean extendsRun() {
    return parsed.hasMatchedOption(ResumeCommand.EXTEND_EPOCHS);
  }

  /**
   * The words of an attempt: a training that has begun is resumed, all else is called again.
   *
   * @param attempt from 0
   */
  List<String> words(int attempt) {
    if (attempt == 0 || !words.get(0).equals(TRAIN) || parsed.hasMatchedOption(RESUME)) {
      return words;
    }
    // Whether there is a run to resume is for rank 0 to see, which may be on another machine.
    List<String> again = new ArrayList<>(words);
    again.add(RESUME);
    return again;
  }
}
