package dev.onecycle.cli.console;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command speaks. */
public final class OutputOptions {
  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec spec;

  @Option(
      names = "--json",
      description =
          "End standard output with one JSON object; everything else goes to standard error.")
  boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Say only the result.")
  boolean quiet;

  public Console console() {
    if (spec == null) {
      throw new IllegalStateException("options are read by picocli");
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    return new Console(out, err, quiet, json);
  }
}
