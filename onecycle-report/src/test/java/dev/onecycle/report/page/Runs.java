package dev.onecycle.report.page;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.Evidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Folders of runs, written as training writes them. */
final class Runs {
  private Runs() {}

  /** Writes everything that a report shows, but the pictures of mistakes. */
  static Path write(RunReport report, Path folder) {
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
    return folder;
  }

  /** The report with other steps. */
  static RunReport with(RunReport report, List<StepRecord> steps) {
    RunHistory old = report.history();
    return new RunReport(
        new RunHistory(old.name(), old.record(), steps, old.epochs(), old.notes()),
        report.evidence(),
        report.classification());
  }

  /** The report as a folder gives it back that is called so and has no pictures. */
  static RunReport withoutPictures(RunReport report, String name) {
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

  /** Takes bytes off a file's end, as a process does that is killed while it writes. */
  static void cut(Path file, long bytes) throws IOException {
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
    }
  }
}
