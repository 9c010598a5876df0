package dev.onecycle.cli.options;

import dev.onecycle.text.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The words of command lines: read back, put together, shown. */
public final class CommandLineArgs {
  private CommandLineArgs() {}

  /** The words of this command line, the command's name among them. */
  public static List<String> of(@Nullable CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("onecycle"));
    if (spec != null) {
      words.add(spec.name());
      words.addAll(after(spec));
    }
    return words;
  }

  /** The words after the command's name. */
  public static List<String> after(CommandSpec spec) {
    List<String> all = spec.commandLine().getParseResult().originalArgs(); // of the whole line
    return all.subList(all.indexOf(spec.name()) + 1, all.size());
  }

  /** The program, as it was called. */
  public static String program() {
    return System.getProperty("onecycle.command", "onecycle");
  }

  /**
   * The line that calls a command again with the same output, to be pasted into a shell.
   *
   * @param out the value of {@code --out}, which need not have been given
   */
  public static String again(CommandSpec spec, Path out) {
    List<String> words = new ArrayList<>(List.of(program(), spec.name()));
    if (!given(spec).containsKey("out")) {
      words.add("--out=" + out);
    }
    words.addAll(after(spec));
    return Shell.line(words);
  }

  /** The options given on this command line, by their longest name without dashes; flags: true. */
  public static Map<String, String> given(CommandSpec spec) {
    Map<String, String> given = new LinkedHashMap<>();
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      boolean flag = option.arity().max() == 0;
      given.put(
          option.longestName().replaceFirst("^-+", ""),
          flag
              ? String.valueOf((Object) option.getValue())
              : String.join(",", option.originalStringValues()));
    }
    return given;
  }

  /** The names of the options that a class of options adds to a command, as {@link #given} has. */
  public static Set<String> names(Object options) {
    Set<String> names = new HashSet<>();
    CommandSpec.forAnnotatedObject(options)
        .options()
        .forEach(option -> names.add(option.longestName().replaceFirst("^-+", "")));
    return names;
  }

  /** Settings as words: "batch-size", "128" becomes --batch-size=128, and a flag its name alone. */
  public static List<String> of(Map<String, String> settings) {
    List<String> words = new ArrayList<>();
    settings.forEach(
        (name, value) -> {
          if (value.equals("true")) {
            words.add("--" + name);
          } else if (!value.equals("false")) {
            words.add("--" + name + "=" + value);
          }
        });
    return words;
  }
}
