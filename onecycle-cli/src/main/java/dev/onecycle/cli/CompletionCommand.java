package dev.onecycle.cli;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.options.SettingOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
 * flags and the files of settings. It is made for a copy of the command line that has these.
 */
@Command(
    name = CompletionCommand.NAME,
    description = "Print a script that completes commands, options and values in bash.",
    mixinStandardHelpOptions = true,
    footer = {"", "Examples:", "  source <(onecycle generate-completion)"})
final class CompletionCommand implements Callable<Integer> {
  static final String NAME = "generate-completion";

  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec == null) {
      throw new IllegalStateException("the command line is made by picocli");
    }
    CommandLine whole = spec.root().commandLine();
    CommandLine copy = new CommandLine(copy(whole.getCommandSpec(), whole));
    whole
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                copy.addSubcommand(name, copy(command.getCommandSpec(), whole));
              }
            });
    spec.commandLine().getOut().println(AutoComplete.bash(whole.getCommandName(), copy));
    spec.commandLine().getOut().flush();
    return ExitCode.OK;
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
