package dev.onecycle.report.page;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.report.figures.RunFigures;
import dev.onecycle.report.figures.SweepFigures;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.tune.Sweep;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The report of a run, made from its folder alone, at any moment of the run or after it.
 *
 * @param history its record, steps and epochs
 * @param evidence what its settings rest on
 * @param classification what the evaluation images were taken for, where that was kept
 */
public record RunReport(
    RunHistory history, Evidence evidence, Optional<ClassificationRecord> classification) {
  /** The page's name in the folder of a run. */
  public static final String FILE = "report.html";

  /**
   * Reads what a folder holds now.
   *
   * @throws BadDataException where it is not the folder of a run, or a record in it is broken
   */
  public static RunReport read(Path folder) {
    return new RunReport(
        RunHistory.read(folder), Evidence.ofRun(folder), RunFolder.readClassification(folder));
  }

  /** The report with more evidence, as of a sweep that was kept elsewhere. */
  public RunReport with(Evidence more) {
    return new RunReport(history, evidence.and(more), classification);
  }

  /**
   * One HTML page that needs nothing else: what came out, every figure, what the curves say, where
   * the network errs, under what conditions, and how to repeat it.
   *
   * <p>Readable without a script, whose place still pictures take; no request leaves it. Below 1 MB
   * however long the run.
   */
  public String html() {
    return RunPage.html(this);
  }

  /**
   * Writes the page, whole or not at all, so that an open page can load itself again at any moment.
   *
   * @throws CannotWriteException naming the file
   */
  public void write(Path file) {
    AtomicFile.writeText(file, html());
  }

  /** The figures alone, by names fit for files, in the order of the page. */
  public Map<String, Figure> figures() {
    RunCurves curves = RunCurves.of(history);
    RunRecord.PolicySummary policy = history.record().policy();
    int every = history.record().evaluateEvery();
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("learning-rate", RunFigures.learningRate(curves, policy));
    figures.put("schedule", RunFigures.schedule(curves, policy));
    figures.put("losses", RunFigures.losses(curves, policy.steps(), every));
    figures.put("accuracy", RunFigures.accuracy(curves, policy.steps(), every));
    evidence.range().ifPresent(range -> figures.put("range-test", RangeFigures.of(range)));
    for (Sweep sweep : evidence.sweeps()) {
      String name = "sweep-" + sweep.parameter().title().replace(' ', '-');
      figures.put(name, SweepFigures.rangeTests(sweep));
      if (sweep.candidates().stream().anyMatch(c -> c.cycle().isPresent())) {
        figures.put(name + "-cycles", SweepFigures.cycles(sweep));
      }
    }
    return figures;
  }
}
