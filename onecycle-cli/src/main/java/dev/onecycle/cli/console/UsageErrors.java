package dev.onecycle.cli.console;

import static java.util.stream.Collectors.joining;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.text.Nearest;
import dev.onecycle.text.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Mistakes in the words of a command line as sentences. */
public final class UsageErrors {
  private static final String PEAK = "--max-lr";

  /** Names that other programs give the peak rate. */
  private static final Set<String> OTHER_NAMES_OF_THE_PEAK =
      Set.of("--lr", "--learning-rate", "--peak-lr");

  private static final Map<Class<?>, String> CONSTRAINTS =
      Map.of(
          int.class, "a whole number",
          Integer.class, "a whole number",
          long.class, "a whole number",
          Long.class, "a whole number",
          double.class, "a number",
          Double.class, "a number",
          boolean.class, "true or false");

  /** The sentence of picocli's command {@code help}. */
  private static final Pattern UNKNOWN_COMMAND = Pattern.compile("Unknown subcommand '(.*)'\\.");

  private UsageErrors() {}

  /** The mistake in a sentence, with the nearest name where a name is unknown. */
  public static String sentence(ParameterException e) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(unmatched);
    }
    if (e instanceof MissingParameterException missing) {
      return missing(missing);
    }
    if (e.getCause() instanceof InvalidValueException ours) {
      return OptionWording.of(ours);
    }
    Matcher ofHelp = UNKNOWN_COMMAND.matcher(String.valueOf(e.getMessage()));
    if (ofHelp.matches()) {
      return unknown("command", ofHelp.group(1), commands(e.getCommandLine()));
    }
    return ofValue(e).orElseGet(() -> String.valueOf(e.getMessage()));
  }

  private static List<String> commands(CommandLine line) {
    return line.getSubcommands().entrySet().stream()
        .filter(command -> !command.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  /** The mistake that an argument is missing which is only required at times. */
  public static ParameterException missing(CommandSpec command, String argument) {
    return new ParameterException(
        command.commandLine(), argument + " must be given" + example(command));
  }

  private static String missing(MissingParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    // Of an option that is there, only the value can be missing.
    return e.getMissing().stream()
        .filter(argument -> argument.isOption() && !argument.required())
        .findFirst()
        .map(
            option ->
                Numbers.format(
                    "%s must be given with a value: %1$s %s", name(option), option.paramLabel()))
        .orElseGet(
            () ->
                withThoseBehind(e.getMissing(), command)
                        .map(UsageErrors::withLabel)
                        .collect(joining(" and ", "", " must be given"))
                    + example(command));
  }

  /** Of several parameters the exception has the first. */
  private static Stream<ArgSpec> withThoseBehind(List<ArgSpec> missing, CommandSpec command) {
    return missing.get(0) instanceof PositionalParamSpec first
        ? command.positionalParameters().stream()
            .filter(other -> other.required() && other.index().min() >= first.index().min())
            .map(ArgSpec.class::cast)
        : missing.stream();
  }

  private static String withLabel(ArgSpec argument) {
    return argument.isOption() ? name(argument) + " " + argument.paramLabel() : name(argument);
  }

  /** The first example of a command's help, as a clause. */
  private static String example(CommandSpec command) {
    return Arrays.stream(command.usageMessage().footer())
        .map(String::strip)
        .filter(line -> line.startsWith(command.qualifiedName() + " "))
        .findFirst()
        .map(line -> "; for example: " + line)
        .orElse("");
  }

  private static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String unknown(UnmatchedArgumentException e) {
    boolean command = e.getCommandLine().getParent() == null;
    String kind = e.isUnknownOption() ? "option" : command ? "command" : "argument";
    String word = e.getUnmatched().get(0);
    String option = word.replaceFirst("=.*", "");
    boolean peak =
        OTHER_NAMES_OF_THE_PEAK.contains(option)
            && e.getCommandLine().getCommandSpec().optionsMap().containsKey(PEAK);
    return peak ? unknown(kind, word) + didYouMean(PEAK) : unknown(kind, word, e.getSuggestions());
  }

  private static String unknown(String kind, String word, List<String> known) {
    return unknown(kind, word) + Nearest.to(word, known).map(UsageErrors::didYouMean).orElse("");
  }

  private static String unknown(String kind, String word) {
    return "unknown " + kind + " '" + word + "'";
  }

  private static String didYouMean(String name) {
    return "; did you mean " + name + "?";
  }

  /** The mistake if it is a value of another type than the argument has. */
  private static Optional<String> ofValue(ParameterException e) {
    ArgSpec argument = e.getArgSpec();
    String value = e.getValue();
    if (argument == null || value == null) {
      return Optional.empty();
    }
    Class<?> type = argument.type();
    String constraint =
        type.isEnum()
            ? Arrays.stream(type.getEnumConstants())
                .map(name -> name.toString().toLowerCase(Locale.ROOT))
                .collect(joining(", ", "one of ", ""))
            : CONSTRAINTS.get(type);
    return constraint == null
        ? Optional.empty()
        : Optional.of(name(argument) + " must be " + constraint + " but was " + value);
  }
}
