package dev.onecycle.cli.runs;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.error.BadDataException;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Gives a run another name. */
@Command(
    name = "rename",
    description = {
      "Give a run another name: its folder is renamed, and its page is made anew.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Examples:", "  onecycle runs rename resnet20-20260131-140500 baseline"})
final class RenameRunCommand implements Callable<Integer> {
  @ParentCommand RunsCommand runs = new RunsCommand();

  @Parameters(
      index = "0",
      paramLabel = "RUN",
      description = "The name of a run in the folder, or its path.")
  Path run = Path.of("");

  @Parameters(index = "1", paramLabel = "NEW", description = "The new name, not a path.")
  String name = "";

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    Path folder = RunFiles.requireIdle(RunArgument.of(output.spec(), runs).find(run));
    Path renamed = RunFiles.rename(folder, name);
    Path page = renamed.resolve(RunReport.FILE);
    console.answer("Run: " + renamed);
    if (Files.isRegularFile(page)) {
      try {
        RunReport.read(renamed).write(page); // its commands have the path of the run
      } catch (BadDataException e) {
        console.answer("Its page keeps the old path: " + e.getMessage());
      }
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("run_dir", renamed.toString());
    result.put("before", folder.toString());
    console.result(result);
    return ExitCode.OK;
  }
}
