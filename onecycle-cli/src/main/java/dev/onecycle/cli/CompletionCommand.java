package dev.onecycle.cli;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.options.SettingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Spec;

/**
 * Prints a script for bash that completes commands, options, values and files.
 *
 * <p>Picocli's script keeps the values of an option in a variable named after its placeholder, so
 * that options with the same placeholder would get each other's values; and it leaves out negated
 * flags and the files of settings. It is made for a copy of the command line that has these. Bash
 * would expand the names of files in it, and so run a command in a name; that is taken out.
 */
@Command(
    name = CompletionCommand.NAME,
    description = "Print a script that completes commands, options and values in bash.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  source <(onecycle generate-completion)"})
final class CompletionCommand implements Callable<Integer> {
  static final String NAME = "generate-completion";

  /** The functions of picocli's script that complete the subcommands of runs. */
  private static final Pattern RUN_COMMANDS =
      Pattern.compile("(?s)\nfunction _picocli_onecycle_runs_\\w+\\(\\) \\{.*?\n\\}\n");

  private static final String NAMES =
      """
      # Prints the names of runs in the folder runs that begin with a word.
      function onecycle_run_names() {
        local IFS=$'\\n'
        local record name
        for record in $(compgen -G 'runs/*/run.json'; compgen -G 'runs/*/*/run.json'); do
          name=${record#runs/}
          name=${name%/run.json}
          if [[ "$name" == "$1"* ]]; then printf '%s\\n' "$name"; fi
        done
      }

      """;

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("the command line is made by picocli");
    }
    CommandLine whole = spec.root().commandLine();
    String script = AutoComplete.bash(whole.getCommandName(), copy(whole, whole));
    spec.commandLine().getOut().println(withNames(withoutExpansion(script)));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
  }

  /** The script, which no longer lets bash run what stands in the name of a file. */
  private static String withoutExpansion(String script) {
    return replaced(
        script,
        "$(compgen -W \"${commands// /$'\\n'}${IFS}${positionals}\" -- \"${curr_word}\")",
        "$(compgen -W \"${commands// /$'\\n'}\" -- \"${curr_word}\"; "
            + "printf '%s\\n' \"${positionals}\")");
  }

  /** The script, which offers names of runs where a subcommand of runs takes one. */
  private static String withNames(String script) {
    String files = "$( compgen -f -- \"${curr_word}\" )";
    String names = "$( compgen -f -- \"${curr_word}\"; onecycle_run_names \"${curr_word}\" )";
    String entry = "# Bash completion entry point function.";
    return RUN_COMMANDS
        .matcher(replaced(script, entry, NAMES + entry))
        .replaceAll(function -> Matcher.quoteReplacement(replaced(function.group(), files, names)));
  }

  private static String replaced(String script, String part, String by) {
    if (!script.contains(part)) {
      throw new IllegalStateException("picocli's script must hold " + part);
    }
    return script.replace(part, by);
  }

  private static CommandLine copy(CommandLine of, CommandLine whole) {
    CommandLine copy = new CommandLine(copy(of.getCommandSpec(), whole));
    of.getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                copy.addSubcommand(name, copy(command, whole));
              }
            });
    return copy;
  }

  private static CommandSpec copy(CommandSpec of, CommandLine whole) {
    CommandSpec copy = CommandSpec.create().name(of.name());
    for (OptionSpec option : of.options()) {
      if (!option.hidden()) {
        copy.addOption(copy(option));
      }
    }
    for (PositionalParamSpec positional : of.positionalParameters()) {
      PositionalParamSpec.Builder builder =
          PositionalParamSpec.builder()
              .index(positional.index().originalValue())
              .arity(positional.arity().originalValue())
              .paramLabel(positional.paramLabel())
              .type(type(positional));
      copy.addPositional(
          of.name().equals("help")
              ? builder.completionCandidates(visible(whole)).build()
              : builder.build());
    }
    return copy;
  }

  private static List<String> visible(CommandLine whole) {
    return whole.getSubcommands().entrySet().stream()
        .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  private static OptionSpec copy(OptionSpec option) {
    List<String> names = SettingOptions.withNegated(option);
    OptionSpec.Builder builder = OptionSpec.builder(names.toArray(String[]::new));
    if (option.arity().max() == 0) {
      return builder.type(boolean.class).arity("0").build();
    }
    builder.type(type(option)).arity("1").paramLabel(option.longestName().replaceFirst("^-+", ""));
    List<String> values = values(option);
    return values.isEmpty() ? builder.build() : builder.completionCandidates(values).build();
  }

  private static Class<?> type(ArgSpec arg) {
    Class<?> type = arg.auxiliaryTypes()[0];
    return SettingOptions.isPath(arg) || type == Path.class ? Path.class : String.class;
  }

  private static List<String> values(OptionSpec option) {
    Iterable<String> candidates = option.completionCandidates();
    return candidates == null
        ? List.of()
        : StreamSupport.stream(candidates.spliterator(), false)
            .map(value -> value.toLowerCase(Locale.ROOT))
            .toList();
  }
}
