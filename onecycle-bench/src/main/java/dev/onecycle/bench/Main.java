package dev.onecycle.bench;

import dev.onecycle.bench.peers.PeersBench;
import dev.onecycle.bench.peers.PhotosBench;
import dev.onecycle.bench.predict.PredictBench;
import dev.onecycle.bench.scaling.ScalingBench;
import dev.onecycle.bench.stream.StreamBench;
import dev.onecycle.bench.suggestion.SuggestionsBench;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The command {@code ./onecycle bench} with the measurements as its subcommands. */
@Command(
    name = "onecycle bench",
    description = "Measure training, predictions, reports and the start on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TrainBench.class,
      ProfileBench.class,
      AblationBench.class,
      MemoryBench.class,
      ReportBench.class,
      StartBench.class,
      ScheduleBench.class,
      PeersBench.class,
      PhotosBench.class,
      PredictBench.class,
      SuggestionsBench.class,
      ScalingBench.class,
      StreamBench.class
    })
public final class Main implements Runnable {
  @Spec @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(
          spec.commandLine(), "a measurement is missing; --help lists them");
    }
  }

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Main())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Main::report)
            .execute(args));
  }

  /** Prints one line for an error that the user can correct, and a stack trace for others. */
  private static int report(Exception e, CommandLine line, ParseResult parsed) throws Exception {
    int code =
        e instanceof InvalidValueException
            ? 2
            : e instanceof BadDataException
                ? 65
                : e instanceof CannotWriteException output ? (output.created() ? 74 : 73) : 1;
    if (code == 1) {
      throw e;
    }
    line.getErr().println("onecycle: " + e.getMessage());
    return code;
  }
}
