package dev.onecycle.torch.distributed;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The place of a process among the ranks that train one network together, and the address where
 * they meet. Immutable.
 *
 * <p>Launchers tell each rank its place by environment variables, which {@link #of(Map)} reads. A
 * program whose environment cannot be set, such as an executor of Spark, gives the values itself:
 * {@link #of(int, int, String, int)}.
 */
public final class Rendezvous {
  /** The address of a rank that has nobody to meet. */
  static final Address NOWHERE = new Address("", 0);

  /** The only rank: it meets nobody. */
  public static final Rendezvous ALONE =
      new Rendezvous(new Place(0, 1), new Place(0, 1), NOWHERE, false, 0, "none");

  /**
   * A number among several.
   *
   * @param index from 0
   * @param count of all
   */
  record Place(int index, int count) {}

  /**
   * @param host name or number; empty where there is nobody to meet
   * @param port 0 where there is nobody to meet
   */
  record Address(String host, int port) {
    /**
     * Reads {@code HOST:PORT}; a host that is an IPv6 number stands in brackets.
     *
     * @param name of the value in errors
     */
    static Address parse(String name, String text) {
      int colon = text.lastIndexOf(':');
      String host = colon < 0 ? text : text.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      } else if (host.contains(":")) {
        host = "";
      }
      String port = text.substring(colon + 1);
      boolean sound = colon > 0 && port.matches("[0-9]{1,5}") && host.matches("[A-Za-z0-9.:_%-]+");
      int number = sound ? Integer.parseInt(port) : 0;
      return Require.that(
          number >= 1 && number <= MAX_PORT,
          name,
          "HOST:PORT, such as node7:29500 or [fe80::1]:29500,",
          text.isEmpty() ? "empty" : text,
          new Address(host, number));
    }
  }

  /** The largest number of a port. */
  public static final int MAX_PORT = 65_535;

  /** The variable by which {@code onecycle launch} tells a rank the launcher's process id. */
  public static final String ONECYCLE_LAUNCH = "ONECYCLE_LAUNCHER_PID";

  /** The variable of Kubeflow's Trainer for the number of processes a pod. */
  public static final String PET_PROCESSES = "PET_NPROC_PER_NODE";

  /** The source of values that a caller or a command line gives. */
  static final String GIVEN = "given";

  private final Place world;
  private final Place local;
  private final Address master;
  private final boolean agentStore;
  private final int attempt;
  private final String source;

  Rendezvous(
      Place world, Place local, Address master, boolean agentStore, int attempt, String source) {
    this.world = world;
    this.local = local;
    this.master = master;
    this.agentStore = agentStore;
    this.attempt = attempt;
    this.source = source;
  }

  /**
   * The rank that the environment of this process tells of. Without any variable of a launcher it
   * is {@link #ALONE}.
   *
   * <p>The first of these counts: {@code RANK} and {@code WORLD_SIZE} with {@code MASTER_ADDR} and
   * {@code MASTER_PORT}, as torchrun, Ray, Kubeflow's PyTorchJob and {@code onecycle launch} set
   * them ({@code JOB_COMPLETION_INDEX} stands for a missing {@code RANK}, as in a JobSet); {@code
   * PET_NNODES} of Kubeflow's Trainer; Open MPI; Slurm.
   *
   * @param environment such as {@link System#getenv()}
   * @throws dev.onecycle.error.InvalidValueException naming the variable, where one is missing, is
   *     no number, or contradicts another
   */
  public static Rendezvous of(Map<String, String> environment) {
    return new LaunchEnvironment(environment).rendezvous();
  }

  /**
   * As {@link #of(Map)}, where some values are given explicitly: they come before the variables of
   * a scheduler, and must not contradict {@code RANK}, {@code WORLD_SIZE}, {@code MASTER_ADDR} and
   * {@code MASTER_PORT}.
   *
   * @param rank from 0; empty for the rank of the environment
   * @param size number of all ranks; empty for the size of the environment
   * @param master {@code HOST:PORT} of rank 0; null for the address of the environment
   */
  public static Rendezvous of(
      Map<String, String> environment,
      OptionalInt rank,
      OptionalInt size,
      @Nullable String master) {
    return new LaunchEnvironment(environment).rendezvous(rank, size, master);
  }

  /**
   * Removes the variables of launchers, for a process that a rank starts and that is no rank.
   *
   * @param environment such as that of a {@link ProcessBuilder}; it is changed
   */
  public static void removeFrom(Map<String, String> environment) {
    environment.keySet().removeIf(LaunchEnvironment::isOfALauncher);
  }

  /**
   * A rank with explicit values.
   *
   * @param rank from 0 to {@code size - 1}
   * @param size number of all ranks
   * @param host of rank 0
   * @param port at which rank 0 listens, from 1 to 65535
   */
  public static Rendezvous of(int rank, int size, String host, int port) {
    Require.atLeast("world size", size, 1);
    Require.that(
        rank >= 0 && rank < size,
        "rank",
        "from 0 to " + (size - 1) + ", below the world size,",
        rank,
        rank);
    Require.that(!host.isBlank(), "host", "the address of rank 0", "empty", host);
    Require.that(port >= 1 && port <= MAX_PORT, "port", "from 1 to 65535", port, port);
    return new Rendezvous(
        new Place(rank, size), new Place(0, 1), new Address(host, port), false, 0, GIVEN);
  }

  /**
   * The same rank at a place on its machine.
   *
   * @param localRank from 0
   * @param localSize number of ranks on this machine
   */
  public Rendezvous withLocal(int localRank, int localSize) {
    Require.that(
        localSize >= 1 && localSize <= size(),
        "local size",
        "from 1 to " + size() + ", the world size,",
        localSize,
        localSize);
    Require.that(
        localRank >= 0 && localRank < localSize,
        "local rank",
        "from 0 to " + (localSize - 1),
        localRank,
        localRank);
    return new Rendezvous(
        world, new Place(localRank, localSize), master, agentStore, attempt, source);
  }

  /**
   * The same rank in a job that was started again.
   *
   * @param value how often it was started before
   */
  public Rendezvous withAttempt(int value) {
    return new Rendezvous(
        world, local, master, agentStore, Require.atLeast("attempt", value, 0), source);
  }

  /** The number of this process among all, from 0. */
  public int rank() {
    return world.index;
  }

  /** The number of all ranks. */
  public int size() {
    return world.count;
  }

  /** Whether there is no other rank. */
  public boolean isAlone() {
    return size() == 1;
  }

  /** The number of this process among the ranks of this machine, from 0. */
  public int localRank() {
    return local.index;
  }

  /** The number of ranks on this machine, as far as the launcher tells it; at least 1. */
  public int localSize() {
    return local.count;
  }

  /** The host where the ranks meet; empty where there is no other rank and none was told. */
  public String host() {
    return master.host;
  }

  /** The port where the ranks meet; 0 where there is no other rank and none was told. */
  public int port() {
    return master.port;
  }

  /**
   * Whether the launcher itself listens at the address, as torchrun does. Every rank, rank 0 too,
   * then only connects to it.
   */
  public boolean agentStore() {
    return agentStore;
  }

  /** How often the launcher had started the job before. */
  public int attempt() {
    return attempt;
  }

  /**
   * Who told these values, such as {@code torchrun}, {@code Slurm}, {@code given} or {@code none}.
   */
  public String source() {
    return source;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Rendezvous that
        && world.equals(that.world)
        && local.equals(that.local)
        && master.equals(that.master)
        && agentStore == that.agentStore
        && attempt == that.attempt
        && source.equals(that.source);
  }

  @Override
  public int hashCode() {
    return Objects.hash(world, local, master, agentStore, attempt, source);
  }

  /** The rank in words: {@code rank 1 of 4 at node7:29500, told by torchrun}. */
  @Override
  public String toString() {
    String by =
        switch (source) {
          case "none" -> "";
          case GIVEN -> ", as given";
          default -> ", told by " + source;
        };
    if (isAlone()) {
      return "alone" + by;
    }
    String shown = master.host.contains(":") ? "[" + master.host + "]" : master.host;
    return Numbers.format(
        "rank %d of %d at %s:%s%s%s",
        rank(),
        size(),
        shown,
        Integer.toString(port()),
        by,
        attempt == 0 ? "" : ", attempt " + (attempt + 1));
  }
}
