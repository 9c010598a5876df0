package dev.onecycle.cli;

import static java.util.stream.Collectors.joining;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.Version;
import dev.onecycle.error.CannotWriteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.IParamLabelRenderer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Writes the manual pages of all commands, in the macros of man(7), from what {@code --help} knows.
 *
 * <p>Picocli's own generator writes AsciiDoc, which needs Ruby or a large library to become pages.
 */
@Command(
    name = ManCommand.NAME,
    description = "Write the manual pages of all commands into a folder.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  onecycle generate-man ~/.local/share/man/man1",
      "  man onecycle-train"
    })
final class ManCommand implements Callable<Integer> {
  static final String NAME = "generate-man";
  private static final int MAX_COLUMNS = 79;

  @Spec @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", description = "Where the pages are written; made if need be.")
  @Nullable Path folder;

  @Override
  public Integer call() {
    if (spec == null || folder == null) {
      throw new IllegalStateException("the command line is made by picocli");
    }
    CommandLine whole = spec.root().commandLine();
    try {
      Files.createDirectories(folder);
      write(whole, folder);
    } catch (IOException e) {
      throw CannotWriteException.creating("cannot write manual pages into " + folder + ": " + e, e);
    }
    return ExitCode.OK;
  }

  /** Writes the page of a command, and the pages of its subcommands. */
  private static void write(CommandLine command, Path folder) throws IOException {
    Files.writeString(folder.resolve(title(command) + ".1"), page(command));
    for (CommandLine sub : visible(command)) {
      write(sub, folder);
    }
  }

  private static List<CommandLine> visible(CommandLine line) {
    return line.getSubcommands().values().stream()
        .filter(command -> !command.getCommandSpec().usageMessage().hidden())
        .toList();
  }

  /** The name of a page: {@code onecycle-train}. */
  private static String title(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  private static String page(CommandLine command) {
    CommandSpec of = command.getCommandSpec();
    Help help = command.getHelp();
    List<String> about = about(of);
    StringBuilder page = new StringBuilder();
    String heading = title(command).toUpperCase(Locale.ROOT);
    macro(page, ".TH", heading, "1", Version.date(), "onecycle " + Version.current(), "Onecycle");
    // What is typed must not be divided at the end of a line.
    page.append(".nh\n.SH NAME\n");
    page.append(text(title(command) + " - " + sentence(about.get(0)))).append('\n');
    page.append(".SH SYNOPSIS\n").append(bold(of.qualifiedName()));
    page.append(' ').append(text(synopsis(help, of))).append('\n');
    page.append(".SH DESCRIPTION\n");
    page.append(about.stream().map(ManCommand::text).collect(joining("\n.PP\n"))).append('\n');
    options(page, of, help);
    if (of.parent() == null) {
      page.append(".SH COMMANDS\n");
      groups(page, command);
    } else if (!visible(command).isEmpty()) {
      page.append(".SH COMMANDS\n");
      visible(command).forEach(sub -> command(page, sub));
    }
    footer(page, of.usageMessage().footer());
    if (of.parent() != null) {
      page.append(".SH SEE ALSO\n").append(bold(of.parent().qualifiedName("-")));
      page.append("(1)\n");
    }
    return page.toString();
  }

  private static void macro(StringBuilder page, String name, String... words) {
    page.append(name);
    for (String word : words) {
      page.append(' ').append(quoted(word));
    }
    page.append('\n');
  }

  private static String synopsis(Help help, CommandSpec of) {
    String whole = help.synopsis(0).replaceAll("\\s+", " ").strip();
    return whole.startsWith(of.qualifiedName())
        ? whole.substring(of.qualifiedName().length())
        : whole;
  }

  /** The first sentence, without its full stop. */
  private static String sentence(String about) {
    int end = about.indexOf(". ");
    return (end < 0 ? about : about.substring(0, end)).replaceFirst("\\.$", "");
  }

  private static void options(StringBuilder page, CommandSpec of, Help help) {
    IParamLabelRenderer labels = help.createDefaultParamLabelRenderer();
    List<ArgSpec> grouped = new ArrayList<>();
    of.argGroups().forEach(group -> grouped.addAll(group.allOptionsNested()));
    page.append(".SH OPTIONS\n");
    for (PositionalParamSpec positional : of.positionalParameters()) {
      if (!positional.hidden()) {
        page.append(".TP\n").append(italic(positional.paramLabel())).append('\n');
        described(page, positional);
      }
    }
    for (OptionSpec option : of.options()) {
      if (!grouped.contains(option)) {
        option(page, option, labels);
      }
    }
    for (ArgGroupSpec group : of.argGroups()) {
      String heading = group.heading() == null ? "" : formatted(group.heading()).strip();
      macro(page, ".SS", heading.replaceFirst(":$", ""));
      group.allOptionsNested().forEach(option -> option(page, option, labels));
    }
  }

  private static void option(StringBuilder page, OptionSpec option, IParamLabelRenderer labels) {
    if (option.hidden()) {
      return;
    }
    List<String> names =
        Arrays.stream(option.names())
            .map(name -> option.negatable() ? name.replaceFirst("^--", "--[no-]") : name)
            .map(ManCommand::bold)
            .toList();
    String label = labels.renderParameterLabel(option, Ansi.OFF, List.of()).toString();
    page.append(".TP\n").append(String.join(", ", names));
    page.append(label.isEmpty() ? "" : italic(label)).append('\n');
    described(page, option);
  }

  private static void described(StringBuilder page, ArgSpec arg) {
    page.append(text(String.join(" ", arg.description()))).append('\n');
  }

  private static void groups(StringBuilder page, CommandLine whole) {
    for (Main.Group group : Main.Group.values()) {
      String title = ".SS " + quoted(group.title()) + '\n';
      for (CommandLine command : visible(whole)) {
        if (group.names().contains(command.getCommandName())) {
          page.append(title);
          command(page, command);
          title = "";
        }
      }
    }
  }

  private static void command(StringBuilder page, CommandLine command) {
    page.append(".TP\n").append(bold(title(command))).append("(1)\n");
    page.append(text(sentence(about(command.getCommandSpec()).get(0)) + '.')).append('\n');
  }

  /** The sentences about a command. */
  private static List<String> about(CommandSpec of) {
    List<String> about = new ArrayList<>(Arrays.asList(of.usageMessage().header()));
    about.addAll(Arrays.asList(of.usageMessage().description()));
    about.removeIf(String::isEmpty);
    return about;
  }

  /** Examples as they are typed, and the sentences after them. */
  private static void footer(StringBuilder page, String... lines) {
    boolean examples = false;
    StringBuilder rest = new StringBuilder();
    for (String line : lines) {
      String said = formatted(line);
      if (said.equals("Examples:")) {
        examples = true;
        page.append(".SH EXAMPLES\n.nf\n");
      } else if (examples && said.startsWith("  ")) {
        page.append("\\&").append(escaped(said.strip())).append('\n');
      } else if (examples) {
        examples = false;
        page.append(".fi\n");
      } else {
        rest.append(said.strip()).append(' ');
      }
    }
    if (examples) {
      page.append(".fi\n");
    }
    String codes = "Exit codes: ";
    String said = rest.toString().strip();
    if (said.startsWith(codes)) {
      page.append(".SH EXIT STATUS\n").append(text(said.substring(codes.length()))).append('\n');
    } else if (!said.isEmpty()) {
      page.append(".PP\n").append(text(said)).append('\n');
    }
  }

  /**
   * As picocli formats what it prints. It has done so for some texts already: where a single
   * percent sign is left, it is one.
   */
  private static String formatted(String said) {
    return said.replace("%n", "\n").replace("%%", "%");
  }

  private static String bold(String words) {
    return "\\fB" + escaped(words) + "\\fR";
  }

  private static String italic(String words) {
    return "\\fI" + escaped(words) + "\\fR";
  }

  private static String quoted(String words) {
    return '"' + escaped(words).replace("\"", "\\(dq") + '"';
  }

  /** Running text as picocli formats it, in lines that fit and that begin no request. */
  private static String text(String said) {
    StringBuilder text = new StringBuilder();
    int column = 0;
    for (String word : formatted(said).strip().split("\\s+")) {
      String escaped = escaped(word);
      if (column > 0 && column + escaped.length() >= MAX_COLUMNS) {
        text.append('\n');
        column = 0;
      } else if (column > 0) {
        text.append(' ');
      }
      text.append(column == 0 && escaped.startsWith(".") ? "\\&" : "").append(escaped);
      column += escaped.length() + 1;
    }
    return text.toString();
  }

  /** Every character as itself, in any locale. */
  private static String escaped(String said) {
    StringBuilder escaped = new StringBuilder();
    said.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\'' -> escaped.append("\\(aq");
                case '`' -> escaped.append("\\(ga");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                default -> {
                  if (c < 128) {
                    escaped.append((char) c);
                  } else {
                    escaped.append(String.format(Locale.ROOT, "\\[u%04X]", c));
                  }
                }
              }
            });
    return escaped.toString();
  }
}
