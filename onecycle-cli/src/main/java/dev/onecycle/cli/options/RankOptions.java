package dev.onecycle.cli.options;

import dev.onecycle.cli.console.Console;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.Rendezvous;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The place of a process among several that train together, where no launcher tells it. */
public final class RankOptions {
  /** The option that only a command on ranks has. */
  public static final String WORLD_SIZE = "--world-size";

  public static final String RANK = "--rank";
  public static final String MASTER = "--master";
  public static final String TIMEOUT = "--collective-timeout";

  /** The options under one heading. */
  static final class Values {
    @Option(
        names = RANK,
        paramLabel = "K",
        description = "Number of this process, from 0. Default: what the launcher says.")
    @Nullable Integer rank;

    @Option(
        names = WORLD_SIZE,
        paramLabel = "N",
        description = "Number of all processes. Default: what the launcher says, or 1.")
    @Nullable Integer worldSize;

    @Option(
        names = MASTER,
        paramLabel = "HOST:PORT",
        description = "Where the processes meet: the host of rank 0, and a free port there.")
    @Nullable String master;

    @Option(
        names = TIMEOUT,
        paramLabel = "SECONDS",
        description =
            "Time after which a process that does not answer ends the others; for the first meeting"
                + " five times as long. Default: 120.")
    double timeout = 120;

    @Option(
        names = "--verify-every",
        paramLabel = "N",
        description =
            "Compare the weights of the processes after every N steps, not only after every epoch.")
    int verifyEvery;
  }

  @ArgGroup(
      exclusive = false,
      validate = false,
      multiplicity = "0..1",
      heading = "%nSeveral processes (see onecycle launch):%n")
  Values values = new Values();

  /** The place of this process, as the options and the environment tell it. */
  public Rendezvous rendezvous() {
    return rendezvous(System.getenv());
  }

  Rendezvous rendezvous(Map<String, String> environment) {
    try {
      return Rendezvous.of(
          environment, optional(values.rank), optional(values.worldSize), values.master);
    } catch (InvalidValueException e) {
      throw named(e, RANK, WORLD_SIZE, MASTER);
    }
  }

  /**
   * Meets the other ranks, and does the work of this one. Where that fails, the others learn why.
   *
   * @param console is told of a long wait, on every rank
   * @return the exit code that the work gives
   */
  public int run(Console console, ToIntFunction<ProcessGroup> work) {
    try (ProcessGroup group = join(console)) {
      try {
        return work.applyAsInt(group);
      } catch (RuntimeException e) {
        try {
          group.closeAfter(e);
        } catch (RuntimeException ofEnd) {
          e.addSuppressed(ofEnd);
        }
        throw e;
      }
    }
  }

  private ProcessGroup join(Console console) {
    int verifyEvery = Require.atLeast("--verify-every", values.verifyEvery, 0);
    Rendezvous place = rendezvous();
    return place.isAlone()
        ? ProcessGroup.ALONE
        : ProcessGroup.join(place, timeout(), console::say).withVerifyEvery(verifyEvery);
  }

  /** How long a process waits for the others. */
  public Duration timeout() {
    Require.that(
        values.timeout >= 0.001 && values.timeout <= 86_400,
        TIMEOUT,
        "from 0.001 to 86400",
        values.timeout,
        values.timeout);
    return Duration.ofMillis(Math.round(values.timeout * 1000));
  }

  /**
   * Refuses a process that is one of several.
   *
   * @param reason of the refusal, as a clause
   */
  public static void requireAlone(Rendezvous place, String reason) {
    if (!place.isAlone()) {
      throw Require.invalid(
          "world size",
          "1, since " + reason + ",",
          place.size() + " (" + place + ")",
          "start one process, without the variables of a launcher");
    }
  }

  /** The value of an option; empty where it is not given. */
  public static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  /** An error of {@link Rendezvous}, in the names of the options that give its values. */
  public static InvalidValueException named(
      InvalidValueException e, String rank, String size, String master) {
    return switch (e.name()) {
      case "rank" -> e.named(rank);
      case "world size" -> e.named(size);
      case "master" -> e.named(master);
      default -> e;
    };
  }
}
