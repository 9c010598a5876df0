package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Version;
import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** The command {@code selftest} of an installation without the artifact onecycle-selftest. */
@Command(name = "selftest", hidden = true)
public final class AbsentSelftestCommand implements Callable<Integer> {
  /** All options and arguments: none is read. */
  @Unmatched List<String> ignored = new ArrayList<>();

  @Override
  public Integer call() {
    throw Require.invalid(
        "the artifact onecycle-selftest",
        "on the class path",
        "absent",
        "add dev.onecycle:onecycle-selftest:"
            + Version.current()
            + ", or put its jar into the folder lib beside onecycle.jar");
  }
}
