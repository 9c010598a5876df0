package dev.onecycle.cli.runs;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunEntry;
import dev.onecycle.run.RunEntry.State;
import dev.onecycle.run.RunFiles;
import dev.onecycle.run.RunRecord;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows everything that is known of a run. */
@Command(
    name = "show",
    description = {"Show what is known of a run: its result, policy, data, files and command.", ""},
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle runs show NAME",
      "  onecycle runs show runs/NAME --json"
    })
final class ShowRunCommand implements Callable<Integer> {
  private static final double BYTES_PER_MB = 1e6;

  @ParentCommand RunsCommand runs = new RunsCommand();

  @Parameters(paramLabel = "RUN", description = "The name of a run in the folder, or its path.")
  Path run = Path.of("");

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    Path folder = RunArgument.of(output.spec(), runs).find(run);
    RunEntry entry = RunEntry.read(String.valueOf(folder.getFileName()), folder);
    Map<String, String> lines = lines(entry);
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines.forEach(
        (name, value) -> console.answer(name + " ".repeat(width - name.length()) + "  " + value));
    console.result(RunTexts.whole(entry));
    return ExitCode.OK;
  }

  private static Map<String, String> lines(RunEntry entry) {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("run", entry.folder().toString());
    lines.put("state", entry.state().text());
    entry.problem().ifPresent(problem -> lines.put("problem", problem));
    entry.record().ifPresent(record -> settings(entry, record, lines));
    lines.put("epochs", RunTexts.epochs(entry));
    if (!entry.epochs().isEmpty()) {
      lines.put("training", RunTexts.time(entry));
    }
    RunFiles.Size size = RunFiles.size(entry.folder());
    lines.put(
        "files",
        Counts.of(size.files(), "file", "files")
            + Numbers.format(", %.1f MB", size.bytes() / BYTES_PER_MB));
    Path report = entry.folder().resolve(RunReport.FILE);
    if (Files.isRegularFile(report)) {
      lines.put("report", report.toString());
    }
    if (entry.state() == State.INTERRUPTED) {
      List<String> resume = List.of(CommandLineArgs.program(), "resume", entry.folder().toString());
      lines.put("resume by", Shell.line(resume));
    }
    return lines;
  }

  private static void settings(RunEntry entry, RunRecord record, Map<String, String> lines) {
    entry.started().ifPresent(time -> lines.put("started", RunTexts.minute(time)));
    entry.ended().ifPresent(time -> lines.put("ended", RunTexts.minute(time)));
    lines.put(
        "data",
        entry.data()
            + ", "
            + Counts.of(record.data().trainImages(), "training sample", "training samples"));
    lines.put("model", entry.model());
    if (entry.value().isPresent()) {
      lines.put(
          "result",
          RunTexts.value(entry, entry.value())
              + " on "
              + Counts.samples(
                  record.data().evaluationImages(),
                  record.data().evaluationName(),
                  record.task().noun())
              + "; best "
              + RunTexts.value(entry, entry.bestValue()));
    }
    if (record.outcome().get("message") instanceof String message) {
      lines.put("message", message);
    }
    lines.put("peak", RunTexts.peak(entry) + ": " + record.learningRateSource());
    lines.put("policy", record.policy().description());
    if (!record.command().isEmpty()) {
      lines.put("command", Shell.line(record.command()));
    }
  }
}
