package dev.onecycle.bench;

import dev.onecycle.bench.peers.PeersBench;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The measurements: {@code ./onecycle bench train} and others. */
@Command(
    name = "onecycle bench",
    description = "Measure training, its reports and its start on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TrainBench.class,
      MemoryBench.class,
      ReportBench.class,
      StartBench.class,
      ScheduleBench.class,
      PeersBench.class
    })
public final class Main implements Runnable {
  @Spec @Nullable CommandSpec spec;

  @Override
  public void run() {
    if (spec != null) {
      throw new ParameterException(spec.commandLine(), "name a measurement; --help lists them");
    }
  }

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }
}
