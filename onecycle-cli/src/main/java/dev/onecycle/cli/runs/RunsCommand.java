package dev.onecycle.cli.runs;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Table;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.error.Require;
import dev.onecycle.record.Measure;
import dev.onecycle.run.RunCatalog;
import dev.onecycle.run.RunEntry;
import dev.onecycle.run.RunEntry.State;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Shell;
import dev.onecycle.text.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the runs in a folder; its subcommands show, rename, compare and delete them. */
@Command(
    name = "runs",
    description = {
      "List the runs in a folder: when each began, its state, result, settings and length. The"
          + " subcommands show, rename, compare and delete runs.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = {
      ShowRunCommand.class,
      RenameRunCommand.class,
      CompareRunsCommand.class,
      DeleteRunsCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  onecycle runs",
      "  onecycle runs --sort result --model resnet20 --limit 5",
      "  onecycle runs show NAME",
      "  onecycle runs compare NAME OTHER",
      "  onecycle runs rename NAME baseline",
      "  onecycle runs delete NAME OTHER"
    })
public final class RunsCommand implements Callable<Integer> {
  private static final Path DEFAULT = Path.of("runs");
  private static final int LONGEST = 28;

  /** The order of a list. */
  enum Sort {
    /** The newest first. */
    STARTED(Comparator.comparing((RunEntry r) -> r.started().orElse(Instant.MIN)).reversed()),
    NAME(Comparator.comparing(RunEntry::name)),
    STATE(Comparator.comparing(RunEntry::state)),
    /** The best first; runs of other measures apart. */
    RESULT(
        Comparator.comparing((RunEntry r) -> r.measure().map(Measure::name).orElse("\uffff"))
            .thenComparingDouble(Sort::rank)),
    MODEL(Comparator.comparing(RunEntry::model)),
    DATA(Comparator.comparing(RunEntry::data)),
    /** The highest first. */
    PEAK(Comparator.comparingDouble((RunEntry r) -> -r.peak().orElse(Double.NEGATIVE_INFINITY))),
    /** The most first. */
    EPOCHS(Comparator.comparingInt((RunEntry r) -> -r.epochs().size())),
    /** The longest first. */
    TIME(Comparator.comparingDouble((RunEntry r) -> -r.trainSeconds()));

    private final Comparator<RunEntry> order;

    Sort(Comparator<RunEntry> order) {
      this.order = order;
    }

    private static double rank(RunEntry run) {
      return run.measure().isPresent() && run.value().isPresent()
          ? run.measure().get().rank(run.value().getAsDouble())
          : Double.POSITIVE_INFINITY;
    }
  }

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      description = "The folder of the runs. Default: runs.")
  @Nullable Path folder;

  @Option(
      names = "--sort",
      paramLabel = "COLUMN",
      description =
          "Order by started (the newest first), name, state, result (the best first), model, data,"
              + " peak, epochs or time. Default: started.")
  Sort sort = Sort.STARTED;

  @Option(names = "--reverse", description = "Reverse the order.")
  boolean reverse;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      split = ",",
      description =
          "Only runs in these states: training, finished, interrupted, diverged, failed, damaged.")
  List<State> states = new ArrayList<>();

  @Option(names = "--model", paramLabel = "NAME", description = "Only runs of this model.")
  @Nullable String model;

  @Option(
      names = "--data",
      paramLabel = "TEXT",
      description = "Only runs whose data has this text in its path or name.")
  @Nullable String data;

  @Option(names = "--limit", paramLabel = "N", description = "The first N of them. Default: all.")
  @Nullable Integer limit;

  @Mixin OutputOptions output = new OutputOptions();

  /** The folder of the runs. */
  Path folder() {
    return folder == null ? DEFAULT : folder;
  }

  /** The words of the command that lists the runs of a folder. */
  static String line(Path folder) {
    List<String> words = new ArrayList<>(List.of(CommandLineArgs.program(), "runs"));
    if (!folder.equals(DEFAULT)) {
      words.add(folder.toString());
    }
    return Shell.line(words);
  }

  @Override
  public Integer call() {
    Console console = output.console();
    if (limit != null) {
      Require.atLeast("--limit", limit, 1);
    }
    // Where no folder is given and there is none, nothing has been trained here yet.
    boolean none = folder == null && !Files.exists(DEFAULT);
    List<RunEntry> all = none ? List.of() : RunCatalog.read(folder());
    List<RunEntry> matching = new ArrayList<>(all.stream().filter(this::matches).toList());
    matching.sort((reverse ? sort.order.reversed() : sort.order).thenComparing(RunEntry::name));
    List<RunEntry> shown =
        limit == null || limit > matching.size() ? matching : matching.subList(0, limit);
    if (!shown.isEmpty()) {
      table(shown).lines().forEach(console::answer);
    }
    summary(all, matching, shown).forEach(console::answer);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("folder", folder().toString());
    result.put("total", all.size());
    result.put("matching", matching.size());
    result.put("runs", shown.stream().map(RunTexts::json).toList());
    console.result(result);
    return ExitCode.OK;
  }

  private boolean matches(RunEntry run) {
    return (states.isEmpty() || states.contains(run.state()))
        && (model == null || run.model().equalsIgnoreCase(model))
        && (data == null
            || run.data().toLowerCase(Locale.ROOT).contains(data.toLowerCase(Locale.ROOT)));
  }

  private static Table table(List<RunEntry> runs) {
    Table table =
        new Table("started", "state", "result", "model", "data", "peak", "epochs", "time", "run");
    for (RunEntry run : runs) {
      table.row(
          run.started().map(RunTexts::minute).orElse(""),
          run.state().text(),
          RunTexts.value(run, run.value()),
          brief(run.model()),
          brief(run.data()),
          RunTexts.peak(run),
          RunTexts.epochs(run),
          RunTexts.time(run),
          Texts.clean(run.name()));
    }
    return table;
  }

  /** The end of a long path, which tells more than its begin. */
  private static String brief(String text) {
    String clean = Texts.clean(text);
    return clean.length() <= LONGEST ? clean : "…" + clean.substring(clean.length() - LONGEST + 1);
  }

  private List<String> summary(List<RunEntry> all, List<RunEntry> matching, List<RunEntry> shown) {
    List<String> lines = new ArrayList<>();
    if (all.isEmpty()) {
      lines.add("There are no runs in " + folder() + "; 'onecycle demo' trains one.");
    } else if (matching.isEmpty()) {
      lines.add(
          Counts.of(all.size(), "run", "runs")
              + " in "
              + folder()
              + ", none of them matches; there are models "
              + values(all, RunEntry::model)
              + " and states "
              + values(all, run -> run.state().text())
              + ".");
    } else if (shown.size() < all.size()) {
      lines.add(Counts.of(shown.size(), "run", "runs") + " of " + all.size() + " in " + folder());
    }
    for (RunEntry run : shown) {
      run.problem().ifPresent(problem -> lines.add(run.name() + ": " + problem));
    }
    return lines;
  }

  private static String values(List<RunEntry> runs, Function<RunEntry, String> value) {
    return runs.stream()
        .map(value)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }
}
