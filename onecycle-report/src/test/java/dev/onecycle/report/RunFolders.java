package dev.onecycle.report;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Evidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Writes run folders as training does, and damages them. */
public final class RunFolders {
  private RunFolders() {}

  /**
   * Writes everything that a report shows, except the pictures of mistakes. A running run stays
   * locked by this process.
   */
  public static Path write(RunReport report, Path folder) {
    RunHistory history = report.history();
    try (RunFolder run = RunFolder.create(folder, history.record())) {
      int next = 0;
      for (EpochRecord epoch : history.epochs()) {
        for (; next < epoch.steps(); next++) {
          run.step(history.steps().get(next));
        }
        report
            .classification()
            .filter(c -> c.epoch() == epoch.epoch())
            .ifPresent(c -> run.classified(c.epoch(), c.classification()));
        run.epoch(epoch);
      }
      history.steps().subList(next, history.steps().size()).forEach(run::step);
    }
    if (!report.evidence().none()) {
      JsonFile.write(folder.resolve(Evidence.FILE), report.evidence());
    }
    if (history.record().status() == Status.RUNNING) {
      RunLock unused = RunLock.take(folder); // as the process has it that trains the run
    }
    return folder;
  }

  /** The report of a folder of that name without pictures. */
  public static RunReport withoutPictures(RunReport report, String name) {
    RunHistory old = report.history();
    Optional<ClassificationRecord> bare =
        report
            .classification()
            .map(c -> new ClassificationRecord(c.epoch(), c.classification(), List.of()));
    return new RunReport(
        new RunHistory(name, old.record(), old.steps(), old.epochs(), old.notes()),
        report.evidence(),
        bare);
  }

  /** Cuts bytes off the end of a file, as after a kill during a write. */
  public static void cut(Path file, long bytes) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
    }
  }
}
