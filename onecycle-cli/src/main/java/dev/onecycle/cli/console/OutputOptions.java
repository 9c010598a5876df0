package dev.onecycle.cli.console;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
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

  /** The command line of these options. */
  public CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("options are read by picocli");
    }
    return spec;
  }

  /** Whether standard output is to end with one JSON object. */
  public boolean isJson() {
    return json;
  }

  /** Whether only the result is wanted. */
  public boolean isQuiet() {
    return quiet;
  }

  /** The console to speak on. */
  public Console console() {
    CommandLine line = spec().commandLine();
    return new Console(line.getOut(), line.getErr(), quiet, json);
  }
}
