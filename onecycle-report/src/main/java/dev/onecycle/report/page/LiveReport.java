package dev.onecycle.report.page;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.fault.Faults;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.csv.RangeCsv;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.ScheduleFigures;
import dev.onecycle.report.tensorboard.TensorBoardEvents;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.schedule.Policy;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the report of a run up to date during training.
 *
 * <p>The page is written after each epoch, from the files of the run folder. If the setting {@code
 * tensorboard} is on, events for TensorBoard are written too. A page or figure that cannot be made
 * is reported, and training continues.
 */
public final class LiveReport implements RunListener {
  private final Consumer<String> failures;
  private @Nullable Path folder;
  private @Nullable TensorBoardEvents events;
  private long lastStep;

  /**
   * Makes a listener for one run.
   *
   * @param failures takes a sentence for each page or figure that cannot be made
   */
  public LiveReport(Consumer<String> failures) {
    this.failures = failures;
  }

  @Override
  public void begun(Path run, RunRecord record, Policy policy) {
    open(run, record);
    try {
      Evidence evidence = Evidence.ofRun(run);
      if (evidence.range().isPresent()) {
        RangeSummary range = evidence.range().get();
        for (int i = 0; i < range.runs().size(); i++) {
          String name = i == 0 ? "range.csv" : "range-" + (i + 1) + ".csv";
          RangeCsv.write(range.runs().get(i), run.resolve(name));
        }
        RangeFigures.of(range, OptionalLong.of(record.policy().steps()))
            .writeSvg(run.resolve("range.svg"));
      }
      ScheduleFigures.rateAndMomentum(policy, record.layerRates())
          .writeSvg(run.resolve("schedule.svg"));
    } catch (MissingFontsException | CannotWriteException e) {
      // Training needs no figures.
      failures.accept("No figures: " + e.getMessage());
    }
  }

  @Override
  public void resumed(Path run, RunRecord record, Policy policy, TrainingPosition from) {
    open(run, record);
    if (events != null && from.step() > 0) {
      events.restart(from.step());
    }
  }

  private void open(Path run, RunRecord record) {
    folder = run;
    if (Boolean.TRUE.equals(record.settings().get("tensorboard"))) {
      events = TensorBoardEvents.create(run);
    }
    page(run);
  }

  @Override
  public void retried(RunRecord record, Policy policy, TrainingPosition from) {
    if (events != null) {
      events.restart(from.step());
    }
  }

  @Override
  public void step(StepRecord step) {
    if (events != null) {
      events.step(step);
    }
    lastStep = step.step();
  }

  @Override
  public void epoch(EpochRecord epoch) {
    if (folder != null) {
      page(folder);
    }
    if (events != null) {
      events.epoch(epoch);
    }
  }

  private void page(Path run) {
    Faults.at("report.begin");
    try {
      RunReport.read(run).write(run.resolve(RunReport.FILE));
    } catch (CannotWriteException | BadDataException e) {
      failures.accept("No report: " + e.getMessage());
    }
  }

  /** Writes the last page, and adds the figures to the events. */
  @Override
  public void ended(Path run, RunRecord record) {
    page(run);
    if (events == null) {
      return;
    }
    try (TensorBoardEvents open = events) {
      RunReport.read(run)
          .figures()
          .forEach((name, figure) -> open.figure("figures/" + name, lastStep, figure));
    } catch (MissingFontsException | CannotWriteException | BadDataException e) {
      failures.accept("No figures for TensorBoard: " + e.getMessage());
    }
    events = null;
  }
}
