package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.Require;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.run.tuning.Evidence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the report of a run, and its figures. */
@Command(
    name = "report",
    description = {
      "Write the report of a run, one HTML page, as training does after each epoch; and its figures"
          + " as files.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle report runs/NAME",
      "  onecycle report runs/NAME --with sweep.json --figures figures/"
    })
public final class ReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN", description = "Folder of a run.")
  Path run = Path.of("");

  @Option(
      names = "--with",
      paramLabel = "FILE",
      description =
          "Show what a sweep found too, or tune (its folder), or find-lr where the run had no range"
              + " test of its own. May be given repeatedly.")
  List<Path> with = new ArrayList<>();

  @Option(
      names = "--figures",
      paramLabel = "FOLDER",
      description = "Write each figure as SVG and PNG, for a paper.")
  @Nullable Path figures;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The page. Default: report.html in the run's folder.")
  @Nullable Path out;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    RunReport report = RunReport.read(run);
    for (Path more : with) {
      Evidence evidence = Evidence.read(more);
      Require.that(
          !evidence.sweeps().isEmpty() || report.evidence().range().isEmpty(),
          "--with",
          "the file of a sweep, since the page shows no range tests beside those of the run or of"
              + " the first file,",
          more,
          more);
      report = report.with(evidence);
    }
    Path page = out == null ? run.resolve(RunReport.FILE) : out;
    AtomicFile.requireWritable(FileNames.requireNewOr(".html", "--out", page));
    report.write(page);
    console.answer("Report: " + page);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("report", page.toString());
    if (figures != null) {
      result.put("figures", write(report.figures(), figures));
      console.answer("Figures: " + figures);
    }
    console.result(result);
    return ExitCode.OK;
  }

  /**
   * Writes each figure in both formats.
   *
   * @throws CannotWriteException naming the file that could not be written
   */
  static List<String> write(Map<String, Figure> figures, Path folder) {
    RunFolder.made(folder);
    List<String> written = new ArrayList<>();
    figures.forEach(
        (name, figure) -> {
          Path svg = folder.resolve(name + ".svg");
          Path png = folder.resolve(name + ".png");
          figure.writeSvg(svg);
          figure.writePng(png);
          written.addAll(List.of(svg.toString(), png.toString()));
        });
    return written;
  }
}
