package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Table;
import dev.onecycle.error.Require;
import dev.onecycle.report.compare.Comparison;
import dev.onecycle.report.compare.Comparison.Difference;
import dev.onecycle.report.compare.Comparison.SeedGroup;
import dev.onecycle.report.compare.MeanAndDeviation;
import dev.onecycle.report.compare.ResultTable;
import dev.onecycle.report.compare.RunResult;
import dev.onecycle.report.page.ComparisonReport;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.text.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lays runs over each other. */
@Command(
    name = "compare",
    description = {
      "Compare runs: their curves, their results, their different settings, and how far the seed"
          + " alone moves a result. Writes one HTML page.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Columns of a CSV: step (or iteration, iter; or steps) and any of learning_rate (lr), momentum, loss"
          + " (train, train_loss), validation_loss (evaluation_loss, val_loss, valid_loss,"
          + " test_loss), accuracy (test_accuracy, val_accuracy).",
      "",
      "Examples:",
      "  onecycle compare runs/A runs/B runs/C",
      "  onecycle compare runs/A --csv other-program.csv --figures figures/"
    })
public final class CompareCommand implements Callable<Integer> {
  private static final int LONGEST = 32;

  @Parameters(paramLabel = "RUN", arity = "0..*", description = "Folders of runs.")
  List<Path> runs = new ArrayList<>();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Show the curves of another program's log too. May be given repeatedly.")
  List<Path> csv = new ArrayList<>();

  @Option(
      names = "--figures",
      paramLabel = "FOLDER",
      description = "Write each figure as SVG and PNG, for a paper.")
  @Nullable Path figures;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The page. Default: ${DEFAULT-VALUE}.",
      defaultValue = ComparisonReport.FILE)
  Path out = Path.of(ComparisonReport.FILE);

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    return compare(output.console(), runs, csv, figures, out);
  }

  /** Compares runs and logs; answers the exit code. */
  public static int compare(
      Console console, List<Path> runs, List<Path> csv, @Nullable Path figures, Path out) {
    if (csv.isEmpty() && runs.size() < 2) {
      throw Require.invalid(
          "RUN",
          "given twice or more, or a --csv",
          runs.isEmpty() ? "not given" : runs.get(0),
          "for example: onecycle compare runs/first runs/second; see one run by: onecycle report"
              + " RUN");
    }
    for (Path run : runs) {
      if (!Files.isRegularFile(run.resolve(RunFolder.RECORD))) {
        throw Require.invalid(
            "RUN",
            "the folder of a run",
            run,
            Files.isRegularFile(run)
                ? "a log of curves is given by --csv"
                : "there is no " + RunFolder.RECORD + " in it");
      }
    }
    ComparisonReport report = ComparisonReport.read(runs, csv);
    AtomicFile.requireWritable(FileNames.requireNewOr(".html", "--out", out));
    say(console, report);
    report.write(out);
    console.answer("Comparison: " + out);
    Map<String, Object> result = json(report.comparison());
    result.put("page", out.toString());
    if (figures != null) {
      result.put("figures", ReportCommand.write(report.figures(), figures));
      console.answer("Figures: " + figures);
    }
    console.result(result);
    return ExitCode.OK;
  }

  private static void say(Console console, ComparisonReport report) {
    Comparison comparison = report.comparison();
    ResultTable table = ResultTable.of(comparison);
    Table results = new Table(headings(table.headings()));
    for (RunResult r : comparison.results()) {
      results.row(cells(table.cells(r), r.name()));
    }
    results.lines().forEach(console::answer);
    List<Difference> differences = comparison.differences();
    if (!differences.isEmpty()) {
      console.answer("");
      Table differing = new Table(headings(differences.stream().map(Difference::name).toList()));
      for (int i = 0; i < comparison.compared().size(); i++) {
        int run = i;
        List<String> values = differences.stream().map(d -> d.values().get(run)).toList();
        differing.row(cells(values, comparison.compared().get(i)));
      }
      differing.lines().forEach(console::answer);
    }
    console.answer("");
    console.answer(Texts.clean(report.sentence()));
  }

  private static String[] headings(List<String> names) {
    return cells(names, "run");
  }

  private static String[] cells(List<String> cells, String name) {
    List<String> all = new ArrayList<>(cells.stream().map(CompareCommand::brief).toList());
    all.add(name);
    return all.stream().map(Texts::clean).toArray(String[]::new);
  }

  /** Begin and end of a long value, which the page shows whole. */
  private static String brief(String cell) {
    return cell.length() <= LONGEST
        ? cell
        : cell.substring(0, LONGEST / 2) + "…" + cell.substring(cell.length() - LONGEST / 2 + 1);
  }

  private static Map<String, Object> json(Comparison comparison) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("runs", comparison.results().stream().map(CompareCommand::json).toList());
    List<Map<String, Object>> differences = new ArrayList<>();
    for (Difference difference : comparison.differences()) {
      Map<String, Object> values = new LinkedHashMap<>();
      for (int i = 0; i < difference.values().size(); i++) {
        values.put(comparison.compared().get(i), difference.values().get(i));
      }
      differences.add(Map.of("name", difference.name(), "values", values));
    }
    json.put("ranking", comparison.ranked().stream().map(RunResult::name).toList());
    json.put("differences", differences);
    json.put("groups", comparison.groups().stream().map(CompareCommand::json).toList());
    return json;
  }

  private static Map<String, Object> json(RunResult result) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", result.name());
    if (!result.status().isEmpty()) {
      json.put("status", result.status());
      json.put("epochs", result.epochs());
    }
    result
        .score()
        .ifPresent(
            score -> {
              json.put("metric", score.measure().name());
              put(json, "value", OptionalDouble.of(score.last()));
              put(json, "best", OptionalDouble.of(score.best()));
            });
    put(json, "accuracy_percent", result.accuracy());
    result
        .interval()
        .ifPresent(
            interval -> {
              Map<String, Object> bounds = new LinkedHashMap<>();
              bounds.put("low", 100 * interval.low());
              bounds.put("high", 100 * interval.high());
              json.put("accuracy_interval_percent", bounds);
            });
    put(json, "best_accuracy_percent", result.bestAccuracy());
    put(json, "validation_loss", result.validationLoss());
    put(json, "train_loss", result.trainLoss());
    put(json, "samples_per_second", result.samplesPerSecond());
    put(json, "train_seconds", result.trainSeconds());
    return json;
  }

  /** A value that is not known, or that JSON has no number for, is left out. */
  private static void put(Map<String, Object> json, String name, OptionalDouble value) {
    if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
      json.put(name, value.getAsDouble());
    }
  }

  private static Map<String, Object> json(SeedGroup group) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("runs", group.names());
    json.put("n", group.score().n());
    json.put("metric", group.measure().name());
    boolean share = group.measure().share();
    json.put(share ? group.measure().name() + "_percent" : "value", json(group.score()));
    json.put("validation_loss", json(group.validationLoss()));
    return json;
  }

  private static Map<String, Object> json(MeanAndDeviation spread) {
    Map<String, Object> json = new LinkedHashMap<>();
    put(json, "mean", OptionalDouble.of(spread.mean()));
    put(json, "deviation", OptionalDouble.of(spread.deviation()));
    return json;
  }
}
