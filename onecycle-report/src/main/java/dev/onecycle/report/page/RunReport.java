package dev.onecycle.report.page;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.record.Measure;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.report.figures.RunFigures;
import dev.onecycle.report.figures.SweepFigures;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingImages;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.tune.Sweep;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The report of a run, made from its folder alone, during the run or after it.
 *
 * @param history its record, steps and epochs
 * @param evidence the range tests and sweeps behind its settings
 * @param classification of the evaluation images, if the run kept it
 * @param trainingImages the first ones as the network saw them, if the run kept them
 * @param path of the run in commands: the whole path of its folder, or a name
 */
public record RunReport(
    RunHistory history,
    Evidence evidence,
    Optional<ClassificationRecord> classification,
    Optional<TrainingImages> trainingImages,
    String path) {
  /** The name of the page in a run folder. */
  public static final String FILE = "report.html";

  /** A report whose commands have the run's name. */
  public RunReport(
      RunHistory history, Evidence evidence, Optional<ClassificationRecord> classification) {
    this(history, evidence, classification, Optional.empty(), history.name());
  }

  /**
   * Reads the present state of a run folder.
   *
   * @throws BadDataException if it is not a run folder, or a record in it is damaged
   */
  public static RunReport read(Path folder) {
    return new RunReport(
        RunHistory.read(folder),
        Evidence.ofRun(folder),
        RunFolder.readClassification(folder),
        TrainingImages.ofRun(folder),
        folder.toAbsolutePath().normalize().toString());
  }

  /** This report with more evidence, such as a sweep from another folder. */
  public RunReport with(Evidence more) {
    return new RunReport(history, evidence.and(more), classification, trainingImages, path);
  }

  /**
   * One self-contained HTML page: the result, all figures, misclassified images, conditions,
   * settings, and the commands that repeat the run.
   *
   * <p>The page makes no request, and shows still pictures if scripts are off. It is smaller than 1
   * MB, however long the run.
   */
  public String html() {
    return RunPage.html(this);
  }

  /** The content security policy of the page, for a server that sends it. */
  public static String contentPolicy() {
    return Page.REPORT.policy();
  }

  /**
   * Writes the page, completely or not at all, so that an open page can reload at any time.
   *
   * @throws CannotWriteException naming the file
   */
  public void write(Path file) {
    AtomicFile.writeText(file, html());
  }

  /** The figures by names for files, in the order of the page. */
  public Map<String, Figure> figures() {
    RunCurves curves = RunCurves.of(history);
    RunRecord.PolicySummary policy = history.record().policy();
    int every = history.record().evaluateEvery();
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("learning-rate", RunFigures.learningRate(curves, policy));
    figures.put("schedule", RunFigures.schedule(curves, policy, history.record().layerRates()));
    figures.put("losses", RunFigures.losses(curves, policy.steps(), every));
    for (Measure measure : history.record().task().metrics()) {
      figures.put(
          measure.name().replace('_', '-'),
          RunFigures.metric(
              curves, RunCurves.metric(history, measure), measure, policy.steps(), every));
    }
    OptionalLong steps = OptionalLong.of(policy.steps());
    evidence.range().ifPresent(range -> figures.put("range-test", RangeFigures.of(range, steps)));
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
