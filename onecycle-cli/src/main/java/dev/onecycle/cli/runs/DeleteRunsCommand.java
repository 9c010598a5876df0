package dev.onecycle.cli.runs;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Question;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunFiles;
import dev.onecycle.run.RunLock;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Deletes runs, after a question. */
@Command(
    name = "delete",
    description = {
      "Delete runs with their checkpoints and models, after a question. A run that is being trained"
          + " is not deleted, nor a folder that is no run.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle runs delete NAME OTHER",
      "  onecycle runs delete runs/NAME --yes"
    })
final class DeleteRunsCommand implements Callable<Integer> {
  private static final double BYTES_PER_MB = 1e6;

  @ParentCommand RunsCommand runs = new RunsCommand();

  @Parameters(
      paramLabel = "RUN",
      arity = "1..*",
      description = "The names of runs in the folder, or their paths.")
  List<Path> names = new ArrayList<>();

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask; required where there is no terminal to ask at.")
  boolean yes;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    List<Path> folders = RunArgument.of(output.spec(), runs).find(names);
    // All are checked before one is deleted.
    folders.forEach(RunFiles::requireIdle);
    folders.forEach(RunFiles::requireNothingElse);
    String description = description(folders);
    if (!yes && !Question.possible()) {
      throw Require.invalid(
          "--yes",
          "given where no terminal can be asked",
          "not given",
          "it would delete " + description);
    }
    List<Path> deleted = new ArrayList<>();
    if (yes || Question.yes(output.spec().commandLine().getErr(), "Delete " + description + "?")) {
      for (Path folder : folders) {
        RunFiles.delete(folder, RunLock.take(folder));
        console.answer("Deleted: " + folder);
        deleted.add(folder);
      }
    } else {
      console.answer("Nothing was deleted.");
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("deleted", deleted.stream().map(Path::toString).toList());
    console.result(result);
    return ExitCode.OK;
  }

  private static String description(List<Path> folders) {
    long files = 0;
    long bytes = 0;
    for (Path folder : folders) {
      RunFiles.Size size = RunFiles.size(folder);
      files += size.files();
      bytes += size.bytes();
    }
    return folders.stream().map(Path::toString).collect(Collectors.joining(", "))
        + " ("
        + Counts.of(files, "file", "files")
        + Numbers.format(", %.1f MB)", bytes / BYTES_PER_MB);
  }
}
