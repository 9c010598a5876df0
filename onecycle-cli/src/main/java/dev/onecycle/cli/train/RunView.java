package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.fault.Faults;
import dev.onecycle.range.RangeResult;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.csv.RangeCsv;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.ScheduleFigures;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.report.tensorboard.TensorBoardEvents;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.schedule.Policy;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Shows a run while it goes on: rewrites its page after each epoch, from what the run's folder
 * holds by then, and writes TensorBoard's events where they are asked for.
 */
public final class RunView implements TrainingListener, AutoCloseable {
  private final Console console;
  private final Path folder;
  private final Optional<TensorBoardEvents> events;
  private long lastStep;

  private RunView(Console console, Path folder, Optional<TensorBoardEvents> events) {
    this.console = console;
    this.folder = folder;
    this.events = events;
  }

  /** Keeps what the peak rate rests on, and draws what is known before the first step. */
  public static void begin(Console console, Path folder, Policy policy, Peak peak) {
    if (!peak.evidence().none()) {
      JsonFile.write(folder.resolve(Evidence.FILE), peak.evidence());
    }
    try {
      if (peak.evidence().range().isPresent()) {
        RangeResult first = peak.evidence().range().get().runs().get(0);
        RangeCsv.write(first.points(), folder.resolve("range.csv"));
        RangeFigures.of(first).writeSvg(folder.resolve("range.svg"));
      }
      ScheduleFigures.rateAndMomentum(policy).writeSvg(folder.resolve("schedule.svg"));
    } catch (MissingFontsException e) {
      // A system on which no figure can be drawn can train all the same.
      console.say("No figures: " + e.getMessage());
    }
  }

  /**
   * Writes the first page, on which no epoch is done yet.
   *
   * @param tensorboard whether events are written, into the run's folder, so that TensorBoard calls
   *     the run by its name
   */
  public static RunView open(Console console, Path folder, boolean tensorboard) {
    RunView view =
        new RunView(
            console,
            folder,
            tensorboard ? Optional.of(TensorBoardEvents.create(folder)) : Optional.empty());
    view.page();
    return view;
  }

  /** The run goes on from a step, not from where it has come to. */
  public void restart(long step) {
    events.ifPresent(e -> e.restart(step));
  }

  @Override
  public void step(StepRecord step) {
    events.ifPresent(e -> e.step(step));
    lastStep = step.step();
  }

  @Override
  public void epoch(EpochRecord epoch) {
    page();
    events.ifPresent(e -> e.epoch(epoch));
  }

  /**
   * Writes the page from what the folder holds now; one that cannot be made is said, and is no
   * reason to end a training.
   */
  public void page() {
    page(console, folder);
  }

  /** As {@link #page()}, where no view is open. */
  public static void page(Console console, Path folder) {
    Signals.uninterrupted(
        () -> {
          Faults.at("report.begin");
          try {
            RunReport.read(folder).write(folder.resolve(RunReport.FILE));
          } catch (CannotWriteException | BadDataException e) {
            console.answer("No report: " + e.getMessage());
          }
        });
  }

  /** Adds the figures to the events, as far as the run has come. */
  @Override
  public void close() {
    if (events.isEmpty()) {
      return;
    }
    Signals.uninterrupted(
        () -> {
          try (TensorBoardEvents open = events.get()) {
            RunReport.read(folder)
                .figures()
                .forEach((name, figure) -> open.figure("figures/" + name, lastStep, figure));
          } catch (MissingFontsException | CannotWriteException | BadDataException e) {
            console.answer("No figures for TensorBoard: " + e.getMessage());
          }
        });
  }
}
