package dev.onecycle.report.page;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.compare.Comparison;
import dev.onecycle.report.csv.RunCurvesCsv;
import dev.onecycle.report.figures.ComparisonFigures;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.files.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The report of several runs, each with its state now.
 *
 * @param comparison of their settings and results
 * @param curves of each run, in the order of the results; names are distinct
 */
public record ComparisonReport(Comparison comparison, List<RunCurves> curves) {
  /** The default name of the page. */
  public static final String FILE = "compare.html";

  public ComparisonReport {
    curves = List.copyOf(curves);
  }

  /**
   * Reads run folders and logs; equal names are made distinct.
   *
   * @param runs folders of runs
   * @param logs CSV files, see {@link RunCurvesCsv}
   * @throws BadDataException naming the file that cannot be read
   */
  public static ComparisonReport read(List<Path> runs, List<Path> logs) {
    List<Path> paths = new ArrayList<>(runs);
    paths.addAll(logs);
    List<RunHistory> histories = new ArrayList<>();
    List<RunCurves> others = new ArrayList<>();
    runs.forEach(run -> histories.add(RunHistory.read(run)));
    logs.forEach(log -> others.add(RunCurvesCsv.read(log)));
    List<String> names = new ArrayList<>();
    histories.forEach(h -> names.add(h.name()));
    others.forEach(c -> names.add(c.name()));
    List<String> distinct = DistinctNames.of(names, paths);
    for (int i = 0; i < names.size(); i++) {
      int log = i - histories.size();
      if (log < 0) {
        RunHistory h = histories.get(i);
        histories.set(
            i, new RunHistory(distinct.get(i), h.record(), h.steps(), h.epochs(), h.notes()));
      } else {
        others.set(log, others.get(log).withName(distinct.get(i)));
      }
    }
    return of(histories, others);
  }

  /** The report of runs, and of curves without settings; all names must be distinct. */
  public static ComparisonReport of(List<RunHistory> runs, List<RunCurves> others) {
    List<RunCurves> curves = new ArrayList<>();
    runs.forEach(run -> curves.add(RunCurves.of(run)));
    curves.addAll(others);
    return new ComparisonReport(Comparison.of(runs, others), curves);
  }

  /** The result in sentences. */
  public String sentence() {
    return ComparisonText.of(comparison);
  }

  /** The figures that are not empty, by names for files. */
  public Map<String, Figure> figures() {
    return ComparisonFigures.of(curves);
  }

  /** One self-contained HTML page, readable without a script. */
  public String html() {
    return ComparisonPage.html(this);
  }

  /**
   * Writes the page, completely or not at all.
   *
   * @throws CannotWriteException naming the file
   */
  public void write(Path file) {
    AtomicFile.writeText(file, html());
  }
}
