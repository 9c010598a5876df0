package dev.onecycle.torch.distributed;

import static dev.onecycle.torch.distributed.Rendezvous.ONECYCLE_LAUNCH;
import static dev.onecycle.torch.distributed.Rendezvous.PET_PROCESSES;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.Rendezvous.Address;
import dev.onecycle.torch.distributed.Rendezvous.Place;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The variables by which launchers tell a process its rank: torchrun and those that follow it,
 * Kubeflow's Trainer, Open MPI and Slurm.
 *
 * <p>What is unclear is refused: a rank that trained alone by mistake would waste a cluster, and
 * one with a wrong number would wait in vain.
 */
final class LaunchEnvironment {
  private static final String RANK = "RANK";
  private static final String WORLD_SIZE = "WORLD_SIZE";
  private static final String LOCAL_RANK = "LOCAL_RANK";
  private static final String LOCAL_WORLD_SIZE = "LOCAL_WORLD_SIZE";
  private static final String MASTER_ADDR = "MASTER_ADDR";
  private static final String MASTER_PORT = "MASTER_PORT";
  private static final String AGENT_STORE = "TORCHELASTIC_USE_AGENT_STORE";
  private static final String TORCHRUN = "TORCHELASTIC_RUN_ID";

  /** The number of a pod of an indexed job of Kubernetes, and so of a JobSet. */
  private static final String INDEX = "JOB_COMPLETION_INDEX";

  private static final String PET_NODES = "PET_NNODES";
  private static final String PET_RANK = "PET_NODE_RANK";
  private static final String PET_ADDR = "PET_MASTER_ADDR";
  private static final String PET_PORT = "PET_MASTER_PORT";
  private static final String MPI = "OMPI_COMM_WORLD_";
  private static final String SLURM_RANK = "SLURM_PROCID";
  private static final String SLURM_SIZE = "SLURM_NTASKS";
  private static final String SLURM_JOB = "SLURM_JOB_ID";
  private static final List<String> SLURM_NODES =
      List.of("SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST");

  /** Counts of restarts, of which a launcher sets one. */
  private static final List<String> ATTEMPTS =
      List.of("TORCHELASTIC_RESTART_COUNT", "JOBSET_RESTART_ATTEMPT", "SLURM_RESTART_COUNT");

  /** The port of torchrun where none is said. */
  private static final int PET_STANDARD_PORT = 29_500;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final Pattern BRACKETS = Pattern.compile("\\[([^\\[\\]]*)]");
  private static final Pattern TASKS = Pattern.compile("([0-9]{1,9})(?:\\(x([0-9]{1,9})\\))?");

  /** Variables of launchers, by name or by the beginning of it. */
  private static final Pattern OF_LAUNCHERS =
      Pattern.compile(
          "(?:LOCAL_|GROUP_|ROLE_|NODE_)?RANK|(?:LOCAL_|GROUP_|ROLE_)?WORLD_SIZE|ROLE_NAME"
              + "|MASTER_(?:ADDR|PORT)|JOB_COMPLETION_INDEX|JOBSET_RESTART_ATTEMPT"
              + "|(?:TORCHELASTIC|PET|OMPI|SLURM)_.*");

  private final Map<String, String> variables;

  LaunchEnvironment(Map<String, String> variables) {
    this.variables = variables;
  }

  static boolean isOfALauncher(String variable) {
    return OF_LAUNCHERS.matcher(variable).matches();
  }

  Rendezvous rendezvous() {
    if (has(RANK) || has(WORLD_SIZE)) {
      return ofRanks();
    }
    if (has(PET_NODES)) {
      return ofPet();
    }
    if (has(MPI + "RANK") || has(MPI + "SIZE")) {
      return ofMpi();
    }
    if (has(SLURM_RANK) && has(SLURM_SIZE)) {
      return ofSlurm();
    }
    for (String part : List.of(LOCAL_RANK, MASTER_ADDR)) {
      if (has(part)) {
        throw missing(
            WORLD_SIZE,
            part,
            "set RANK and WORLD_SIZE for each process, or unset " + part + " to train alone");
      }
    }
    return Rendezvous.ALONE;
  }

  Rendezvous rendezvous(OptionalInt rank, OptionalInt size, @Nullable String master) {
    if (rank.isEmpty() && size.isEmpty() && master == null) {
      return rendezvous();
    }
    if (size.isPresent()) {
      Require.atLeast("world size", size.getAsInt(), 1);
    }
    agree("rank", rank, RANK);
    agree("world size", size, WORLD_SIZE);
    int world =
        size.isPresent() ? size.getAsInt() : given("world size", WORLD_SIZE, "rank or master");
    int own =
        rank.isPresent() ? rank.getAsInt() : world == 1 ? 0 : given("rank", RANK, "world size");
    Require.that(
        own >= 0 && own < world,
        "rank",
        "from 0 to " + (world - 1) + ", below the world size,",
        own,
        own);
    Place local = has(RANK) ? local(world) : new Place(0, 1);
    Address address = master == null ? null : Address.parse("master", master);
    if (address == null && world > 1 && !(has(MASTER_ADDR) && has(MASTER_PORT))) {
      throw Require.invalid(
          "master",
          "given as HOST:PORT beside a world size of " + world,
          "missing",
          "name the host of rank 0 and a free port there");
    }
    if (address != null) {
      agree("master", address.host(), MASTER_ADDR);
      agree("master", Integer.toString(address.port()), MASTER_PORT);
    }
    return new Rendezvous(
        new Place(own, world),
        local,
        address == null ? address(world, "given") : address,
        has(MASTER_ADDR) && agentStore(),
        attempt(),
        Rendezvous.GIVEN);
  }

  /** Refuses an explicit value that a variable made for this program contradicts. */
  private void agree(String name, OptionalInt value, String variable) {
    if (value.isPresent() && has(variable) && number(variable, 0) != value.getAsInt()) {
      throw contradiction(name, value.getAsInt(), variable, "leave one of the two out");
    }
  }

  private void agree(String name, String value, String variable) {
    if (has(variable) && !text(variable).equals(value)) {
      throw contradiction(name, value, variable, "leave one of the two out");
    }
  }

  private InvalidValueException contradiction(
      String name, Object value, String variable, String advice) {
    return Require.invalid(
        name, "the value of " + variable + ", " + text(variable) + ",", value, advice);
  }

  private int given(String name, String variable, String beside) {
    if (!has(variable)) {
      throw Require.invalid(
          name,
          "given beside " + beside,
          "missing",
          "give rank, world size and master together, or set RANK, WORLD_SIZE, MASTER_ADDR and"
              + " MASTER_PORT");
    }
    return number(variable, 0);
  }

  /** torchrun and all that set the same variables. */
  private Rendezvous ofRanks() {
    if (!has(WORLD_SIZE)) {
      throw missing(WORLD_SIZE, RANK, "set it to the number of processes, or unset RANK");
    }
    int size = number(WORLD_SIZE, 1);
    boolean indexed = !has(RANK) && has(INDEX);
    if (!has(RANK) && !indexed) {
      throw missing(
          RANK,
          WORLD_SIZE,
          "start each of the processes with its number from 0 to "
              + (size - 1)
              + ", or unset WORLD_SIZE to train alone");
    }
    String variable = indexed ? INDEX : RANK;
    int rank = below(variable, WORLD_SIZE, size);
    requireOneProcessAPod();
    requireSameAsScheduler(rank, size);
    return new Rendezvous(
        new Place(rank, size),
        local(size),
        address(size, WORLD_SIZE + "=" + size),
        agentStore(),
        attempt(),
        has(ONECYCLE_LAUNCH)
            ? "onecycle launch"
            : has(TORCHRUN) ? "torchrun" : indexed ? "JobSet" : "RANK and WORLD_SIZE");
  }

  /** A pod of Kubeflow gets one rank even where it is to run several processes. */
  private void requireOneProcessAPod() {
    if (has(PET_PROCESSES) && !isLaunched() && text(PET_PROCESSES).matches("[0-9]+")) {
      requireOneProcess();
    }
  }

  private void requireOneProcess() {
    String processes = has(PET_PROCESSES) ? text(PET_PROCESSES) : "1";
    if (!processes.equals("1")) {
      throw Require.invalid(
          PET_PROCESSES,
          "1 for a process that no launcher starts",
          processes,
          "set it to 1, or start several processes by onecycle launch --nproc");
    }
  }

  private boolean isLaunched() {
    return has(TORCHRUN) || has(ONECYCLE_LAUNCH);
  }

  /** A launcher below a scheduler counts otherwise than it; what a script sets must not. */
  private void requireSameAsScheduler(int rank, int size) {
    if (isLaunched()) {
      return;
    }
    if (has(MPI + "RANK")) {
      requireSame(RANK, rank, MPI + "RANK");
      requireSame(WORLD_SIZE, size, MPI + "SIZE");
    } else if (has(SLURM_RANK) && has(SLURM_SIZE) && inStep()) {
      requireSame(RANK, rank, SLURM_RANK);
      requireSame(WORLD_SIZE, size, slurmSize());
    }
  }

  private void requireSame(String name, int value, String variable) {
    if (has(variable) && number(variable, 0) != value) {
      throw contradiction(name, value, variable, "unset one of the two");
    }
  }

  /** A pod of Kubeflow's Trainer, made for torchrun, that runs the program itself. */
  private Rendezvous ofPet() {
    requireOneProcess();
    String nodes = text(PET_NODES);
    if (nodes.contains(":")) {
      throw Require.invalid(
          PET_NODES,
          "one number, since the ranks are fixed,",
          nodes,
          "set it to the number of pods");
    }
    int size = number(PET_NODES, 1);
    int rank =
        size == 1 && !has(PET_RANK) ? 0 : below(needed(PET_RANK, PET_NODES), PET_NODES, size);
    Address address =
        size == 1 && !has(PET_ADDR)
            ? Rendezvous.NOWHERE
            : new Address(
                text(needed(PET_ADDR, PET_NODES)),
                has(PET_PORT) ? port(PET_PORT) : PET_STANDARD_PORT);
    return new Rendezvous(
        new Place(rank, size), new Place(0, 1), address, agentStore(), attempt(), "Kubeflow");
  }

  private Rendezvous ofMpi() {
    int size = number(needed(MPI + "SIZE", MPI + "RANK"), 1);
    int rank = below(needed(MPI + "RANK", MPI + "SIZE"), MPI + "SIZE", size);
    return new Rendezvous(
        new Place(rank, size),
        local(MPI + "LOCAL_RANK", MPI + "LOCAL_SIZE", size),
        address(size, MPI + "SIZE=" + size),
        false,
        attempt(),
        "Open MPI");
  }

  private Rendezvous ofSlurm() {
    int size = number(slurmSize(), 1);
    int rank = below(SLURM_RANK, slurmSize(), size);
    if (size == 1) {
      return Rendezvous.ALONE;
    }
    if (!inStep()) {
      if (Set.of("bash", "interactive").contains(variables.getOrDefault("SLURM_JOB_NAME", ""))) {
        return Rendezvous.ALONE;
      }
      throw Require.invalid(
          "SLURM_STEP_ID",
          "set by srun beside " + slurmSize() + "=" + size,
          "missing",
          "start the command with srun, which makes the ranks; or, to train alone, ask Slurm for"
              + " one task or set RANK=0 and WORLD_SIZE=1");
    }
    return new Rendezvous(
        new Place(rank, size), slurmLocal(size), slurmAddress(size), false, attempt(), "Slurm");
  }

  /** A step that srun started has tasks; the script of a job, which is no task, has no step. */
  private boolean inStep() {
    for (String variable : List.of("SLURM_STEP_ID", "SLURM_STEPID")) {
      if (has(variable)) {
        return NUMBER.matcher(text(variable)).matches();
      }
    }
    return false;
  }

  /** The tasks of the step, which may be fewer than those of the job. */
  private String slurmSize() {
    return has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : SLURM_SIZE;
  }

  private Place slurmLocal(int size) {
    int rank = has("SLURM_LOCALID") ? number("SLURM_LOCALID", 0) : 0;
    int count = rank + 1;
    for (String variable : List.of("SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE")) {
      if (has(variable)) {
        count = tasksOf(variable, has("SLURM_NODEID") ? number("SLURM_NODEID", 0) : 0);
        break;
      }
    }
    return place("SLURM_LOCALID", rank, "the tasks of this node", count, size);
  }

  /**
   * The tasks of a node in a text such as {@code 2(x3),1}: two on each of three, one on another.
   */
  private int tasksOf(String variable, int node) {
    int before = 0;
    for (String part : text(variable).split(",", -1)) {
      Matcher matcher = TASKS.matcher(part);
      if (!matcher.matches()) {
        throw Require.invalid(
            variable, "numbers of tasks such as 2(x3),1", text(variable), "use srun's own value");
      }
      before += matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
      if (node < before) {
        return Integer.parseInt(matcher.group(1));
      }
    }
    throw Require.invalid(
        "SLURM_NODEID", "below " + before + ", the nodes of " + variable + ",", node, "");
  }

  /** MASTER_ADDR and MASTER_PORT, or else the first host, and a port by Lightning's rule. */
  private Address slurmAddress(int size) {
    if (has(MASTER_ADDR) && has(MASTER_PORT)) {
      return address(size, "Slurm");
    }
    String host = has(MASTER_ADDR) ? text(MASTER_ADDR) : firstHost();
    if (has(MASTER_PORT)) {
      return new Address(host, port(MASTER_PORT));
    }
    String job = has(SLURM_JOB) ? text(SLURM_JOB) : "missing";
    if (!job.matches("[0-9]{1,18}")) {
      throw Require.invalid(
          SLURM_JOB, "a number, from which the port is made,", job, "or set MASTER_PORT");
    }
    String last = job.substring(Math.max(0, job.length() - 4));
    return new Address(host, 15_000 + Integer.parseInt(last));
  }

  /** The first host in a list such as {@code a[01-03,7]-ib,b2}: {@code a01-ib}. */
  private String firstHost() {
    for (String variable : SLURM_NODES) {
      if (has(variable)) {
        String list = text(variable).strip();
        String first = firstEntry(list);
        Matcher brackets = BRACKETS.matcher(first);
        StringBuilder host = new StringBuilder();
        while (brackets.find()) {
          brackets.appendReplacement(
              host, Matcher.quoteReplacement(brackets.group(1).split("[-,]", 2)[0]));
        }
        brackets.appendTail(host);
        if (!host.toString().matches("[A-Za-z0-9._-]+")) {
          throw Require.invalid(
              variable,
              "a list of hosts such as a[5-9],b2",
              list.isEmpty() ? "empty" : list,
              "or set MASTER_ADDR");
        }
        return host.toString();
      }
    }
    throw missing(MASTER_ADDR, SLURM_RANK, "set it to the host of rank 0");
  }

  /** The text before the first comma or space that is not in brackets. */
  private static String firstEntry(String list) {
    int depth = 0;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      depth += c == '[' ? 1 : c == ']' ? -1 : 0;
      if (depth == 0 && (c == ',' || Character.isWhitespace(c))) {
        return list.substring(0, i);
      }
    }
    return list;
  }

  private Place local(int size) {
    return local(LOCAL_RANK, LOCAL_WORLD_SIZE, size);
  }

  private Place local(String rankVariable, String sizeVariable, int size) {
    int rank = has(rankVariable) ? number(rankVariable, 0) : 0;
    int count = has(sizeVariable) ? number(sizeVariable, 1) : rank + 1;
    return place(rankVariable, rank, sizeVariable, count, size);
  }

  private Place place(String name, int rank, String countName, int count, int size) {
    Require.that(
        count <= size, countName, "at most " + size + ", the number of all ranks,", count, count);
    if (rank >= count) {
      throw Require.invalid(
          name, "below " + countName + ", " + count + ",", rank, "number the local ranks from 0");
    }
    return new Place(rank, count);
  }

  private Address address(int size, String beside) {
    if (size == 1 && !(has(MASTER_ADDR) && has(MASTER_PORT))) {
      return Rendezvous.NOWHERE;
    }
    needed(MASTER_ADDR, beside);
    String host = text(MASTER_ADDR);
    if (!host.matches("[A-Za-z0-9.:_%-]+")) {
      throw Require.invalid(MASTER_ADDR, "the host of rank 0", host.isEmpty() ? "empty" : host, "");
    }
    needed(MASTER_PORT, beside);
    return new Address(host, port(MASTER_PORT));
  }

  private boolean agentStore() {
    String value = variables.getOrDefault(AGENT_STORE, "False").strip();
    if (!value.matches("(?i)true|false|1|0")) {
      throw Require.invalid(AGENT_STORE, "True or False", value, "use the launcher's own value");
    }
    return value.matches("(?i)true|1");
  }

  private int attempt() {
    for (String variable : ATTEMPTS) {
      if (has(variable)) {
        return number(variable, 0);
      }
    }
    return 0;
  }

  private boolean has(String variable) {
    return variables.containsKey(variable);
  }

  private String text(String variable) {
    return variables.getOrDefault(variable, "").strip();
  }

  private String needed(String variable, String beside) {
    if (!has(variable)) {
      throw missing(variable, beside, "set it for each process");
    }
    return variable;
  }

  private static InvalidValueException missing(String variable, String beside, String advice) {
    return Require.invalid(variable, "set beside " + beside, "missing", advice);
  }

  private int port(String variable) {
    int port = number(variable, 1);
    return Require.that(
        port <= Rendezvous.MAX_PORT, variable, "a port from 1 to 65535", port, port);
  }

  private int below(String variable, String sizeVariable, int size) {
    int value = number(variable, 0);
    if (value >= size) {
      throw Require.invalid(
          variable,
          "below " + sizeVariable + ", " + size + ",",
          value,
          "number the processes from 0 to " + (size - 1));
    }
    return value;
  }

  private int number(String variable, int min) {
    String text = text(variable);
    if (!NUMBER.matcher(text).matches() || Integer.parseInt(text) < min) {
      throw Require.invalid(
          variable,
          "a whole number of at least " + min,
          text.isEmpty() ? "empty" : text,
          "it is a variable of the launcher; correct it there, or unset it");
    }
    return Integer.parseInt(text);
  }
}
