package dev.onecycle.cli;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.EpochRecord;
import dev.onecycle.run.TrainingListener;
import java.nio.file.Path;

/** Rewrites a run's page after each epoch, from what the run's folder holds by then. */
final class LiveReport implements TrainingListener {
  private final Console console;
  private final Path folder;

  LiveReport(Console console, Path folder) {
    this.console = console;
    this.folder = folder;
  }

  @Override
  public void epoch(EpochRecord epoch) {
    write();
  }

  /** Writes the page; one that cannot be written is no reason to end a training. */
  void write() {
    Signals.uninterrupted(
        () -> {
          try {
            RunReport.read(folder).write(folder.resolve(RunReport.FILE));
          } catch (CannotWriteException e) {
            console.say("No report: " + e.getMessage());
          }
        });
  }
}
