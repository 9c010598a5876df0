package dev.onecycle.cli.launch;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JavaProgram;
import dev.onecycle.cli.console.JsonError;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.Rendezvous;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a command on several ranks of this machine, alone or beside other machines. */
@Command(
    name = "launch",
    description = {
      "Run a command that trains as several processes, each a rank that computes a part of every"
          + " batch. Where one ends by a fault, all are started again from the newest checkpoint.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = LaunchCommand.Words.class,
    footer = {
      "",
      "Examples:",
      "  onecycle launch --nproc 2 -- train photos/ --out runs/first",
      "  onecycle launch --nproc 4 --nnodes 2 --node-rank 0 --master node0:29500 -- train photos/",
      "  srun --ntasks-per-node=1 onecycle launch --nproc 4 -- train photos/ --out runs/first"
    })
public final class LaunchCommand implements Callable<Integer> {
  private static final String PROCESSES = "--nproc";
  private static final String MACHINES = "--nnodes";
  private static final String MACHINE = "--node-rank";
  private static final String MASTER = "--master";
  private static final int MAX_PROCESSES = 1024;

  /** All after the first word of the command is the command's. */
  static final class Words implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      spec.parser().stopAtPositional(true);
      return spec;
    }
  }

  @Option(
      names = PROCESSES,
      paramLabel = "N",
      description = "Ranks on this machine. Default: PET_NPROC_PER_NODE, where that is a number.")
  @Nullable Integer processes;

  @Option(
      names = MACHINES,
      paramLabel = "M",
      description =
          "Machines. Each has its own launch, with the same options but for --node-rank. Default:"
              + " what the environment says, such as Slurm or Kubernetes, or 1.")
  @Nullable Integer machines;

  @Option(
      names = MACHINE,
      paramLabel = "K",
      description = "Number of this machine, from 0. Default: what the environment says.")
  @Nullable Integer machine;

  @Option(
      names = MASTER,
      paramLabel = "HOST:PORT",
      description =
          "Where the ranks of several machines meet: machine 0, and a free port there. Restart R"
              + " takes the R-th port after it.")
  @Nullable String master;

  @Option(
      names = "--max-restarts",
      paramLabel = "R",
      defaultValue = "3",
      description =
          "How often all ranks start again after a fault; not after wrong arguments, bad data, a"
              + " file that cannot be written, or divergence. resume --extend-epochs is never started"
              + " again."
              + " Default: ${DEFAULT-VALUE}.")
  int maxRestarts = 3;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "1..*",
      description = "The command and its arguments, such as train photos/.")
  List<String> command = List.of();

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    CommandLine program = output.spec().root().commandLine();
    RankedCommand ranked = RankedCommand.of(words(), program);
    if (ranked.isHelp()) {
      return program.execute(ranked.words().toArray(String[]::new));
    }
    RankJob.Place place = place(System.getenv());
    Signals.watch();
    RankJob job =
        new RankJob(
            new RankJob.Work(
                attempt -> command(ranked.words(attempt), place.ranks()),
                ranked.json(),
                ranked.extendsRun()),
            place,
            Require.atLeast("--max-restarts", maxRestarts, 0),
            System.getenv(),
            System.out,
            System.err);
    RankJob.End end = job.run();
    if (ranked.json() && end.code() != ExitCode.OK && !job.hasResult() && place.rank(0) == 0) {
      String message =
          Numbers.format("rank %d ended with %s", end.rank(), RankJob.words(end.code()));
      JsonError.print(output.spec().commandLine().getOut(), message, end.code());
    }
    return end.code();
  }

  /** The words of the command, with the options of output that stand before it. */
  private List<String> words() {
    List<String> words = new ArrayList<>(command);
    if (output.isJson() && !words.contains("--json")) {
      words.add("--json");
    }
    if (output.isQuiet() && !words.contains("--quiet") && !words.contains("-q")) {
      words.add("--quiet");
    }
    return words;
  }

  /** The words for the operating system: this program, on its share of the cores. */
  private static List<String> command(List<String> words, int ranks) {
    int share = Math.max(1, Runtime.getRuntime().availableProcessors() / ranks);
    List<String> command =
        JavaProgram.command(
            List.of("-XX:ActiveProcessorCount=" + share, "-Donecycle.terminal=false"));
    command.addAll(words);
    return command;
  }

  /** The place of this machine among all: a launcher of launchers tells it as it does a rank's. */
  RankJob.Place place(Map<String, String> variables) {
    Map<String, String> environment = new TreeMap<>(variables);
    String pet = environment.remove(Rendezvous.PET_PROCESSES);
    Integer ranks = processes;
    if (ranks == null) {
      if (pet == null || !pet.matches("[0-9]{1,9}")) {
        throw Require.invalid(
            PROCESSES,
            "the number of ranks on this machine",
            pet == null ? "missing" : "missing, and " + Rendezvous.PET_PROCESSES + " is " + pet,
            "give it, such as " + PROCESSES + " 2");
      }
      ranks = Integer.valueOf(pet);
    }
    Require.that(
        ranks >= 1 && ranks <= MAX_PROCESSES,
        PROCESSES,
        "from 1 to " + MAX_PROCESSES,
        ranks,
        ranks);
    try {
      Rendezvous nodes =
          Rendezvous.of(
              environment, RankOptions.optional(machine), RankOptions.optional(machines), master);
      Require.that(
          !nodes.agentStore() || nodes.isAlone(),
          "TORCHELASTIC_USE_AGENT_STORE",
          "False for launch, whose ranks meet at a port of their own,",
          "True",
          0);
      Require.that(
          nodes.isAlone() || nodes.port() + maxRestarts <= Rendezvous.MAX_PORT,
          MASTER,
          "a port that leaves one for each restart, at most "
              + (Rendezvous.MAX_PORT - maxRestarts)
              + ",",
          nodes.port(),
          0);
      return new RankJob.Place(nodes, ranks);
    } catch (InvalidValueException e) {
      throw RankOptions.named(e, MACHINE, MACHINES, MASTER);
    }
  }
}
