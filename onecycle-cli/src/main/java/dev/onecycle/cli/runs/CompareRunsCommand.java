package dev.onecycle.cli.runs;

import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.inspect.CompareCommand;
import dev.onecycle.report.page.ComparisonReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Compares runs by their names. */
@Command(
    name = "compare",
    description = {"Compare runs, as 'onecycle compare' does; here their names are enough.", ""},
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Examples:", "  onecycle runs compare NAME OTHER"})
final class CompareRunsCommand implements Callable<Integer> {
  @ParentCommand RunsCommand runs = new RunsCommand();

  @Parameters(
      paramLabel = "RUN",
      arity = "2..*",
      description = "The names of runs in the folder, or their paths.")
  List<Path> names = new ArrayList<>();

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
    return CompareCommand.compare(
        output.console(), RunArgument.of(output.spec(), runs).find(names), List.of(), figures, out);
  }
}
