package dev.onecycle.cli;

import dev.onecycle.cli.console.ErrorFile;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JsonError;
import dev.onecycle.cli.console.OneLine;
import dev.onecycle.cli.console.OptionWording;
import dev.onecycle.cli.console.StandardOutput;
import dev.onecycle.cli.console.UsageErrors;
import dev.onecycle.cli.console.Version;
import dev.onecycle.cli.inspect.AbsentSelftestCommand;
import dev.onecycle.cli.inspect.CompareCommand;
import dev.onecycle.cli.inspect.DoctorCommand;
import dev.onecycle.cli.inspect.EvaluateCommand;
import dev.onecycle.cli.inspect.ExportCommand;
import dev.onecycle.cli.inspect.PredictCommand;
import dev.onecycle.cli.inspect.ReportCommand;
import dev.onecycle.cli.inspect.ScheduleCommand;
import dev.onecycle.cli.inspect.SelftestCommand;
import dev.onecycle.cli.inspect.ShowCommand;
import dev.onecycle.cli.launch.LaunchCommand;
import dev.onecycle.cli.launch.LauncherWatch;
import dev.onecycle.cli.options.UnknownVariables;
import dev.onecycle.cli.reproduce.ReproduceCommand;
import dev.onecycle.cli.runs.RunsCommand;
import dev.onecycle.cli.server.BoardCommand;
import dev.onecycle.cli.server.ServeCommand;
import dev.onecycle.cli.train.DemoCommand;
import dev.onecycle.cli.train.FineTuneCommand;
import dev.onecycle.cli.train.ResumeCommand;
import dev.onecycle.cli.train.TrainCommand;
import dev.onecycle.cli.tune.BatchTrialCommand;
import dev.onecycle.cli.tune.FindBatchSizeCommand;
import dev.onecycle.cli.tune.FindLrCommand;
import dev.onecycle.cli.tune.SweepCommand;
import dev.onecycle.cli.tune.TuneCommand;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.OnecycleException;
import dev.onecycle.fault.Faults;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
    name = "onecycle",
    description = {
      "Train image classifiers by the 1cycle policy: find the learning rate, train in one cycle,"
          + " see why it worked.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  onecycle demo                       see it work, no data needed",
      "  onecycle train photos/              find a rate, train, evaluate",
      "  onecycle tune photos/               choose what to train with, from evidence",
      "  onecycle find-lr photos/ --model resnet56 --batch-size 512",
      "  onecycle predict runs/NAME cat.jpg",
      "",
      "Exit codes: 0 ok, 1 an internal error or a failed selftest, 2 usage,",
      "  65 bad data, or none to choose by, 73/74 cannot create/write,",
      "  69/75 another rank has failed/is lost, 76 diverged, 129/130/143 signals."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class Main implements Runnable {
  /** The commands under the headings of {@code --help}; each command is in one group. */
  enum Group {
    TRAIN(
        "Train",
        DemoCommand.class,
        TrainCommand.class,
        FineTuneCommand.class,
        ResumeCommand.class,
        LaunchCommand.class),
    SETTINGS(
        "Choose settings",
        FindLrCommand.class,
        SweepCommand.class,
        FindBatchSizeCommand.class,
        TuneCommand.class,
        ScheduleCommand.class),
    RESULTS(
        "Look at images and results",
        ShowCommand.class,
        EvaluateCommand.class,
        PredictCommand.class,
        ReportCommand.class,
        CompareCommand.class,
        RunsCommand.class,
        BoardCommand.class,
        ReproduceCommand.class),
    ELSEWHERE("Use a model elsewhere", ServeCommand.class, ExportCommand.class),
    PROGRAM(
        "The program",
        DoctorCommand.class,
        selftest(),
        CompletionCommand.class,
        ManCommand.class,
        CommandLine.HelpCommand.class),
    /** Started by other commands; no help shows it. */
    HIDDEN("", BatchTrialCommand.class);

    private final String title;
    private final List<Class<?>> commands;

    Group(String title, Class<?>... commands) {
      this.title = title;
      this.commands = List.of(commands);
    }

    String title() {
      return title;
    }

    List<Class<?>> commands() {
      return commands;
    }

    /** The names of its commands. */
    List<String> names() {
      return commands.stream().map(type -> type.getAnnotation(Command.class).name()).toList();
    }
  }

  /** Commands that read the options of all others. */
  private static final Set<String> READ_ALL = Set.of(CompletionCommand.NAME, ManCommand.NAME);

  /** The self-test is an artifact of its own, which need not be on the class path. */
  private static Class<?> selftest() {
    try {
      Class.forName("dev.onecycle.selftest.SelfTest", false, Main.class.getClassLoader());
      return SelftestCommand.class;
    } catch (ClassNotFoundException e) {
      return AbsentSelftestCommand.class;
    }
  }

  @Spec @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "a command is missing");
    }
  }

  /** The command line as an object: also for programs that embed it. */
  public static CommandLine commandLine() {
    return commandLine(name -> true);
  }

  /**
   * The command line for some words: reading the options of every command takes most of a short
   * command's time, so those that are not named are there by name and description alone.
   */
  static CommandLine commandLine(String... words) {
    Set<String> named = new HashSet<>(List.of(words));
    return commandLine(
        named.stream().anyMatch(READ_ALL::contains) ? name -> true : named::contains);
  }

  private static CommandLine commandLine(Predicate<String> whole) {
    CommandLine line = new CommandLine(new Main());
    for (Group group : Group.values()) {
      for (Class<?> command : group.commands) {
        Command about = command.getAnnotation(Command.class);
        line.addSubcommand(about.name(), whole.test(about.name()) ? whole(command) : entry(about));
      }
    }
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, Main::commands);
    // Picocli adds the options of settings to a command itself only where that stands alone.
    for (CommandLine sub : line.getSubcommands().values()) {
      CommandSpec spec = sub.getCommandSpec();
      if (spec.modelTransformer() != null) {
        spec.modelTransformer().transform(spec);
      }
    }
    tellVersion(line, line.getCommandSpec().versionProvider());
    configured(line);
    line.setParameterExceptionHandler(new Misuse());
    line.setExecutionExceptionHandler(new Failure());
    line.setExecutionStrategy(Main::run);
    return line;
  }

  /** The version of every command is the version of the program. */
  private static void tellVersion(CommandLine line, IVersionProvider version) {
    line.getCommandSpec().versionProvider(version);
    line.getSubcommands().values().forEach(sub -> tellVersion(sub, version));
  }

  /** A command with its options: picocli makes an instance of a class. */
  private static Object whole(Class<?> command) {
    return command == SelftestCommand.class
        ? new SelftestCommand(Main.class, Main::commandLine)
        : command;
  }

  /** A command as the list of commands shows it. */
  private static CommandSpec entry(Command about) {
    CommandSpec entry = CommandSpec.create().name(about.name());
    entry
        .usageMessage()
        .header(about.header())
        .description(about.description())
        .hidden(about.hidden());
    return entry;
  }

  /** The commands by group, each with the first sentence about it. */
  private static String commands(Help help) {
    Map<String, Help> visible = new LinkedHashMap<>(help.subcommands());
    int name = visible.keySet().stream().mapToInt(String::length).max().orElse(0) + 4;
    int width = help.commandSpec().usageMessage().width();
    StringBuilder text = new StringBuilder();
    for (Group group : Group.values()) {
      TextTable table =
          TextTable.forColumns(
              help.colorScheme(),
              new Column(name, 2, Column.Overflow.TRUNCATE),
              new Column(width - name, 2, Column.Overflow.WRAP));
      for (Class<?> command : group.commands) {
        Command about = command.getAnnotation(Command.class);
        if (visible.containsKey(about.name())) {
          table.addRowValues(about.name(), firstSentence(about));
        }
      }
      if (table.rowCount() > 0) {
        text.append(help.createHeading("%n" + group.title + ":%n")).append(table);
      }
    }
    return text.toString();
  }

  private static String firstSentence(Command about) {
    String[] lines = about.header().length > 0 ? about.header() : about.description();
    int end = lines[0].indexOf(". ");
    return end < 0 ? lines[0] : lines[0].substring(0, end + 1);
  }

  /** Runs what was parsed; memory that runs out is told in a line too. */
  private static int run(ParseResult parsed) {
    try {
      Faults.requireKnown();
      requireCommand(parsed);
      warnOfVariables(parsed);
      return new RunLast().execute(parsed);
    } catch (InvalidValueException e) {
      return told(parsed, OptionWording.of(e), ExitCode.USAGE, e);
    } catch (OutOfMemoryError e) {
      return told(
          parsed,
          "memory must suffice but ran out at a heap limit of "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB ("
              + e.getMessage()
              + "); raise it by ONECYCLE_JAVA_OPTS=-Xmx8g, or use smaller batches or images",
          ExitCode.SOFTWARE,
          e);
    } catch (Error e) {
      int code = told(parsed, "the program is at fault: " + e, ExitCode.SOFTWARE, e);
      PrintWriter err = parsed.commandSpec().commandLine().getErr();
      e.printStackTrace(err);
      err.flush();
      return code;
    }
  }

  /** Once: commands that other commands start do not repeat it. */
  private static void warnOfVariables(ParseResult parsed) {
    if (parsed.subcommands().stream().anyMatch(sub -> sub.commandSpec().usageMessage().hidden())) {
      return;
    }
    PrintWriter err = parsed.commandSpec().commandLine().getErr();
    UnknownVariables.warnings(System.getenv())
        .forEach(warning -> err.println("Warning: " + warning));
    err.flush();
  }

  /** Picocli overlooks an unknown command beside {@code --help} or {@code --version}. */
  private static void requireCommand(ParseResult parsed) {
    if (!parsed.hasSubcommand() && !parsed.unmatched().isEmpty()) {
      throw new UnmatchedArgumentException(parsed.commandSpec().commandLine(), parsed.unmatched());
    }
  }

  private static int told(ParseResult parsed, String line, int code, Throwable cause) {
    return told(parsed.commandSpec().commandLine(), parsed.originalArgs(), line, code, cause);
  }

  /**
   * Prints the one line of a failure, and where JSON is asked for the object that ends it; tells a
   * launcher that asks for a file.
   */
  private static int told(
      CommandLine line, List<String> words, String message, int code, @Nullable Throwable cause) {
    PrintWriter err = line.getErr();
    err.println("onecycle: " + OneLine.brief(message));
    err.flush();
    if (JsonError.isAsked(words)) {
      JsonError.print(line.getOut(), message, code);
    }
    if (!ExitCode.isSignal(code)) {
      ErrorFile.write(System.getenv(), message, cause)
          .ifPresent(fault -> err.println("onecycle: " + OneLine.brief(fault)));
      err.flush();
    }
    return code;
  }

  /** As every command line here reads its words. */
  public static CommandLine configured(CommandLine line) {
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(true);
    line.setAbbreviatedOptionsAllowed(false);
    // A word that begins with @ is a name like any other, not a file of words.
    line.setExpandAtFiles(false);
    line.registerConverter(Path.class, Main::path);
    return line;
  }

  private static Path path(String word) {
    try {
      return Path.of(word);
    } catch (InvalidPathException e) {
      throw new TypeConversionException("'" + word + "' is not a path: " + e.getReason());
    }
  }

  public static void main(String[] args) {
    LauncherWatch.begin(System.getenv());
    StandardOutput output = StandardOutput.install();
    CommandLine line = commandLine(args);
    int code = unreadable(line, List.of(args)).orElseGet(() -> line.execute(args));
    System.exit(output.exitCode(code));
  }

  /**
   * Refuses words that Java could not read: without a locale, which the launcher sets, their bytes
   * are lost, and a name in a message would not be the one that was given.
   */
  private static Optional<Integer> unreadable(CommandLine line, List<String> words) {
    String encoding = System.getProperty("sun.jnu.encoding", "UTF-8");
    boolean lost =
        !encoding.startsWith("UTF") && words.stream().anyMatch(word -> word.contains("\uFFFD"));
    return lost
        ? Optional.of(
            told(
                line,
                words,
                "arguments must be readable but one has characters that are not "
                    + encoding
                    + ", which this process reads without a locale; set LC_ALL to C.UTF-8",
                ExitCode.USAGE,
                null))
        : Optional.empty();
  }

  /** One line for a mistake in the arguments, and the nearest name where one is unknown. */
  private static final class Misuse implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] args) {
      CommandLine line = e.getCommandLine();
      int code = told(line, List.of(args), UsageErrors.sentence(e), ExitCode.USAGE, e);
      line.getErr().println("See '" + line.getCommandSpec().qualifiedName() + " --help'.");
      line.getErr().flush();
      return code;
    }
  }

  /** One line for an error; stack frames on request, or if the program itself is at fault. */
  private static final class Failure implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed) {
      int code = ExitCode.of(e);
      String how = e instanceof DivergedException ? "the training has diverged: " : "";
      String message =
          e instanceof CancellationException ? "interrupted" : how + OptionWording.of(e);
      told(commandLine, parsed.originalArgs(), message, code, e);
      boolean fault = code == ExitCode.SOFTWARE && !(e instanceof OnecycleException);
      if (fault || Boolean.getBoolean("onecycle.debug")) {
        e.printStackTrace(commandLine.getErr());
        commandLine.getErr().flush();
      }
      return code;
    }
  }
}
