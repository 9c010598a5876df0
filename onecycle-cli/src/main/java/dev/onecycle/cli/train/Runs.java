package dev.onecycle.cli.train;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.Recalls;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.report.page.LiveReport;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.ChanceLevel;
import dev.onecycle.run.FitReading;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Shell;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs jobs with a live report, and shows their results. */
final class Runs {
  private Runs() {}

  /** Whether a run is in a folder, as rank 0 sees it. */
  static boolean isThere(Path folder, ProcessGroup ranks) {
    return ranks.ofFirst(Files.exists(folder.resolve(RunFolder.RECORD)));
  }

  /** Starts a run; answers the exit code. */
  static int start(
      Console console,
      TrainingConfig config,
      Path folder,
      ProcessGroup ranks,
      JobProgress progress) {
    try {
      return shown(
          console,
          ranks,
          TrainingJob.start(
              config, folder, Signals.control(ranks), progress, new LiveReport(progress::warning)));
    } catch (InvalidValueException e) {
      throw withCommand(e, folder);
    }
  }

  /** The advice to resume the run of a folder, with the command that does so. */
  private static InvalidValueException withCommand(InvalidValueException e, Path folder) {
    String command = Shell.line(List.of(CommandLineArgs.program(), "resume", folder.toString()));
    String advice =
        e.advice().replace("resume the run in it", "resume the run in it with '" + command + "'");
    return advice.equals(e.advice())
        ? e
        : Require.invalid(e.name(), e.constraint(), e.value(), advice);
  }

  /** Resumes a run; answers the exit code. */
  static int resume(
      Console console,
      Path folder,
      ResumeOptions options,
      ProcessGroup ranks,
      JobProgress progress) {
    return shown(
        console,
        ranks,
        TrainingJob.resume(
            folder, options, Signals.control(ranks), progress, new LiveReport(progress::warning)));
  }

  /** As {@link #start}, for a run that another one follows: its result is not the command's. */
  static int startFirst(
      Console console,
      TrainingConfig config,
      Path folder,
      ProcessGroup ranks,
      JobProgress progress) {
    return shownFirst(
        console,
        ranks,
        TrainingJob.start(
            config, folder, Signals.control(ranks), progress, new LiveReport(progress::warning)));
  }

  /** As {@link #resume}, for a run that another one follows. */
  static int resumeFirst(
      Console console,
      Path folder,
      ResumeOptions options,
      ProcessGroup ranks,
      JobProgress progress) {
    return shownFirst(
        console,
        ranks,
        TrainingJob.resume(
            folder, options, Signals.control(ranks), progress, new LiveReport(progress::warning)));
  }

  private static int shownFirst(Console console, ProcessGroup ranks, RunSummary run) {
    if (!run.isFinished()) {
      return shown(console, ranks, run);
    }
    console.say(run.describe());
    return ExitCode.OK;
  }

  private static int shown(Console console, ProcessGroup ranks, RunSummary run) {
    if (!ranks.isFirst()) {
      return run.isFinished() ? ExitCode.OK : Signals.exitCode(); // rank 0 shows it
    }
    RunRecord record = run.record();
    Path report = run.folder().resolve(RunReport.FILE);
    console.answer(run.describe());
    recalls(record.outcome()).ifPresent(console::say);
    doubt(run).ifPresent(console::say);
    console.answer("Run: " + run.folder() + "  (model: " + run.model() + ")");
    run.weights().ifPresent(console::say);
    console.answer("Report: " + report);
    Map<String, Object> result = new LinkedHashMap<>(record.outcome());
    result.put("learning_rate", run.learningRate());
    result.put("run_dir", run.folder().toString());
    result.put("model", run.model().toString());
    result.put("report", report.toString());
    if (run.isFinished()) {
      console.say("Finished.");
      console.result(result);
      return ExitCode.OK;
    }
    String again =
        "Resume it: "
            + Shell.line(List.of(CommandLineArgs.program(), "resume", run.folder().toString()));
    console.answer("Interrupted; everything so far is kept. " + again);
    console.result(result, "interrupted; " + again, Signals.exitCode());
    return Signals.exitCode();
  }

  /** A sentence where the accuracy may be chance, as the report has it. */
  private static Optional<String> doubt(RunSummary run) {
    ChanceLevel chance = ChanceLevel.of(run.record(), RunFolder.readClassification(run.folder()));
    FitReading reading = FitReading.of(RunHistory.read(run.folder()), chance);
    return reading.kind() == FitReading.Kind.TOO_FEW_IMAGES
            || reading.kind() == FitReading.Kind.NOT_LEARNED
        ? Optional.of(reading.explanation())
        : Optional.empty();
  }

  /** The recall of each class at the last evaluation; empty where there was none yet. */
  private static Optional<String> recalls(Map<String, Object> outcome) {
    if (!(outcome.get("class_recall") instanceof Map<?, ?> byClass)) {
      return Optional.empty();
    }
    Map<String, Double> recall = new LinkedHashMap<>();
    byClass.forEach(
        (name, share) -> recall.put(String.valueOf(name), ((Number) share).doubleValue()));
    return Optional.of(Recalls.line(recall));
  }
}
