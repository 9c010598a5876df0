package dev.onecycle.torch.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.onecycle.error.InvalidValueException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RendezvousTest {
  private static final String TORCHRUN =
      "RANK=5 WORLD_SIZE=8 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4 GROUP_RANK=1 GROUP_WORLD_SIZE=2"
          + " ROLE_RANK=5 ROLE_WORLD_SIZE=8 ROLE_NAME=default MASTER_ADDR=node0 MASTER_PORT=29500"
          + " TORCHELASTIC_RESTART_COUNT=2 TORCHELASTIC_MAX_RESTARTS=3"
          + " TORCHELASTIC_RUN_ID=none TORCHELASTIC_USE_AGENT_STORE=False OMP_NUM_THREADS=1";
  private static final String SLURM =
      "SLURM_PROCID=3 SLURM_NTASKS=6 SLURM_LOCALID=1 SLURM_NODEID=1 SLURM_STEP_ID=0"
          + " SLURM_TASKS_PER_NODE=2(x3) SLURM_JOB_ID=1234567 SLURM_JOB_NAME=train ";

  /** Variables in a line: {@code RANK=1 WORLD_SIZE=2}. A nodelist has {@code +} for a space. */
  private static Map<String, String> environment(String line) {
    Map<String, String> variables = new LinkedHashMap<>(Map.of("PATH", "/usr/bin", "HOME", "/h"));
    for (String word : line.isBlank() ? new String[0] : line.strip().split(" ")) {
      String[] parts = word.split("=", 2);
      variables.put(parts[0], parts[1].replace('+', ' '));
    }
    return variables;
  }

  private static Rendezvous of(String line) {
    return Rendezvous.of(environment(line));
  }

  private static Rendezvous at(int rank, int size, int localRank, int localSize, String address) {
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    return Rendezvous.of(rank, size, address.substring(0, colon), port)
        .withLocal(localRank, localSize);
  }

  /** All but who told it. */
  private static void assertSame(Rendezvous actual, Rendezvous expected, String source) {
    assertThat(actual.source()).isEqualTo(source);
    assertThat(actual.toString().replace("told by " + source, "as given"))
        .isEqualTo(expected.toString());
    assertThat(actual.localRank()).isEqualTo(expected.localRank());
    assertThat(actual.localSize()).isEqualTo(expected.localSize());
    assertThat(actual.agentStore()).isFalse();
  }

  private static void assertRefused(String line, String words) {
    assertThatExceptionOfType(InvalidValueException.class)
        .isThrownBy(() -> of(line))
        .withMessageContaining(words);
  }

  @Test
  void withoutALauncherAProcessIsAlone() {
    assertThat(of("")).isEqualTo(Rendezvous.ALONE).hasToString("alone");
    assertThat(of("").isAlone()).isTrue();
  }

  @Test
  void torchrun() {
    Rendezvous rank = of(TORCHRUN);
    assertSame(rank, at(5, 8, 1, 4, "node0:29500").withAttempt(2), "torchrun");
    assertThat(rank).hasToString("rank 5 of 8 at node0:29500, told by torchrun, attempt 3");
  }

  @Test
  void torchrunThatHostsTheStoreItself() {
    String line = TORCHRUN.replace("STORE=False", "STORE=True").replace("RANK=5", "RANK=0");
    Rendezvous rank = of(line.replace("LOCAL_RANK=1", "LOCAL_RANK=0"));
    assertThat(rank.rank()).isZero();
    assertThat(rank.agentStore()).isTrue();
    assertRefused(TORCHRUN.replace("STORE=False", "STORE=maybe"), "TORCHELASTIC_USE_AGENT_STORE");
  }

  /** One torchrun a node, started by srun: Slurm counts nodes there, not ranks. */
  @Test
  void torchrunUnderSlurm() {
    assertSame(
        of(TORCHRUN + " SLURM_PROCID=1 SLURM_NTASKS=2 SLURM_STEP_ID=0"),
        at(5, 8, 1, 4, "node0:29500").withAttempt(2),
        "torchrun");
  }

  @Test
  void ray() {
    assertSame(
        of(
            "MASTER_ADDR=10.0.0.4 MASTER_PORT=41177 LOCAL_RANK=0 RANK=1 LOCAL_WORLD_SIZE=1"
                + " WORLD_SIZE=2 NODE_RANK=1"),
        at(1, 2, 0, 1, "10.0.0.4:41177"),
        "RANK and WORLD_SIZE");
  }

  @Test
  void pytorchJobOfKubeflow() {
    assertSame(
        of(
            "MASTER_ADDR=job-master-0 MASTER_PORT=23456 WORLD_SIZE=3 RANK=2 PET_NPROC_PER_NODE=auto"),
        at(2, 3, 0, 1, "job-master-0:23456"),
        "RANK and WORLD_SIZE");
    assertRefused(
        "MASTER_ADDR=m MASTER_PORT=23456 WORLD_SIZE=4 RANK=1 PET_NPROC_PER_NODE=2",
        "PET_NPROC_PER_NODE must be 1 for a process that no launcher starts but was 2; set it to 1,"
            + " or start several processes by onecycle launch --nproc");
  }

  @Test
  void trainerOfKubeflow() {
    String pet = "PET_NNODES=4 PET_NODE_RANK=3 PET_MASTER_ADDR=job-node-0-0.job ";
    assertSame(
        of(pet + "PET_NPROC_PER_NODE=1 PET_MASTER_PORT=29400"),
        at(3, 4, 0, 1, "job-node-0-0.job:29400"),
        "Kubeflow");
    assertThat(of(pet).port()).isEqualTo(29500);
    assertRefused(pet + "PET_NPROC_PER_NODE=auto", "PET_NPROC_PER_NODE must be 1");
    assertRefused(pet + "PET_NPROC_PER_NODE=2", "onecycle launch --nproc");
    assertRefused(pet.replace("NODES=4", "NODES=2:4"), "PET_NNODES must be one number");
    assertRefused("PET_NNODES=2 PET_NODE_RANK=0", "PET_MASTER_ADDR must be set beside PET_NNODES");
    assertRefused("PET_NNODES=2 PET_MASTER_ADDR=a", "PET_NODE_RANK must be set beside PET_NNODES");
    assertThat(of("PET_NNODES=1 PET_NPROC_PER_NODE=1").isAlone()).isTrue();
  }

  @Test
  void jobSet() {
    assertSame(
        of(
            "JOB_COMPLETION_INDEX=2 WORLD_SIZE=4 MASTER_ADDR=train-workers-0-0.train"
                + " MASTER_PORT=3389 JOBSET_RESTART_ATTEMPT=1"),
        at(2, 4, 0, 1, "train-workers-0-0.train:3389").withAttempt(1),
        "JobSet");
    // The index of a job whose pods have nothing to do with one another.
    assertThat(of("JOB_COMPLETION_INDEX=2")).isEqualTo(Rendezvous.ALONE);
  }

  @Test
  void openMpi() {
    String mpi =
        "OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_LOCAL_RANK=1"
            + " OMPI_COMM_WORLD_LOCAL_SIZE=2";
    assertSame(of(mpi + " MASTER_ADDR=a MASTER_PORT=1234"), at(3, 4, 1, 2, "a:1234"), "Open MPI");
    assertRefused(mpi, "MASTER_ADDR must be set beside OMPI_COMM_WORLD_SIZE=4 but was missing");
    assertRefused(
        mpi + " RANK=0 WORLD_SIZE=4 MASTER_ADDR=a MASTER_PORT=1234",
        "RANK must be the value of OMPI_COMM_WORLD_RANK, 3, but was 0");
  }

  @ParameterizedTest
  @CsvSource({
    "node7, node7",
    "'node7,node8', node7",
    "node7+node8, node7",
    "a[5-9], a5",
    "'a[01-03,7],b2', a01",
    "'a[7,01-03]', a7",
    "'b2,a[01-03,7]', b2",
    "'rack[2-3]node[04-05,9]', rack2node04",
    "'a[5-9]-ib.cluster', a5-ib.cluster",
  })
  void slurmWithEachFormOfNodes(String nodes, String first) {
    assertSame(
        of(SLURM + "SLURM_JOB_NODELIST=" + nodes), at(3, 6, 1, 2, first + ":19567"), "Slurm");
  }

  @Test
  void slurmInASmallerStepOfItsJob() {
    assertSame(
        of(
            "SLURM_PROCID=2 SLURM_NTASKS=6 SLURM_STEP_NUM_TASKS=3 SLURM_LOCALID=0 SLURM_NODEID=1"
                + " SLURM_STEP_ID=4 SLURM_STEP_TASKS_PER_NODE=2,1 SLURM_TASKS_PER_NODE=2(x3)"
                + " SLURM_STEP_NODELIST=n[3-4] SLURM_JOB_NODELIST=n[1-4] SLURM_JOB_ID=42"
                + " SLURM_RESTART_COUNT=1"),
        at(2, 3, 0, 1, "n3:15042").withAttempt(1),
        "Slurm");
    assertSame(
        of(SLURM + "SLURM_JOB_NODELIST=n[1-3] MASTER_PORT=29501"),
        at(3, 6, 1, 2, "n1:29501"),
        "Slurm");
    assertSame(
        of(SLURM + "MASTER_ADDR=10.1.1.1 MASTER_PORT=29501"),
        at(3, 6, 1, 2, "10.1.1.1:29501"),
        "Slurm");
  }

  /** The shell of a job counts its tasks too, but is none of them. */
  @Test
  void slurmWithoutSrun() {
    String script = "SLURM_PROCID=0 SLURM_NTASKS=4 SLURM_JOB_ID=42 SLURM_JOB_NODELIST=n1 ";
    assertRefused(script + "SLURM_JOB_NAME=train.sh", "SLURM_STEP_ID must be set by srun");
    assertThat(of(script + "SLURM_JOB_NAME=interactive")).isEqualTo(Rendezvous.ALONE);
    assertThat(of(script + "SLURM_JOB_NAME=bash SLURM_STEP_ID=4294967290"))
        .isEqualTo(Rendezvous.ALONE);
    assertThat(of("SLURM_NTASKS=4 SLURM_JOB_ID=42")).isEqualTo(Rendezvous.ALONE);
    assertThat(of(script.replace("NTASKS=4", "NTASKS=1"))).isEqualTo(Rendezvous.ALONE);
    // Ranks that a script itself starts on other hosts.
    assertThat(of(script + "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=1").rank()).isOne();
  }

  @Test
  void slurmWithWhatCannotBeRead() {
    assertRefused(SLURM, "MASTER_ADDR must be set beside SLURM_PROCID");
    assertRefused(SLURM + "SLURM_JOB_NODELIST=a[5-9", "SLURM_JOB_NODELIST must be a list of hosts");
    assertRefused(SLURM + "SLURM_JOB_NODELIST=", "SLURM_JOB_NODELIST must be a list of hosts");
    assertRefused(
        SLURM.replace("ID=1234567", "ID=x") + "SLURM_JOB_NODELIST=a",
        "SLURM_JOB_ID must be a number, from which the port is made, but was x; or set MASTER_PORT");
    assertRefused(
        SLURM.replace("2(x3)", "two") + "SLURM_JOB_NODELIST=a", "SLURM_TASKS_PER_NODE must be");
    assertRefused(
        SLURM.replace("NODEID=1", "NODEID=3") + "SLURM_JOB_NODELIST=a",
        "SLURM_NODEID must be below 3");
    assertRefused(
        SLURM + "SLURM_JOB_NODELIST=a RANK=0 WORLD_SIZE=6 MASTER_ADDR=a MASTER_PORT=1",
        "RANK must be the value of SLURM_PROCID, 3, but was 0; unset one of the two");
    assertRefused(
        SLURM + "SLURM_JOB_NODELIST=a RANK=3 WORLD_SIZE=12 MASTER_ADDR=a MASTER_PORT=1",
        "WORLD_SIZE must be the value of SLURM_NTASKS, 6, but was 12");
  }

  @Test
  void gapsContradictionsAndTextsThatAreNoNumbers() {
    String master = " MASTER_ADDR=a MASTER_PORT=29500";
    assertRefused(
        "WORLD_SIZE=2" + master,
        "RANK must be set beside WORLD_SIZE but was missing; start each of the processes with its"
            + " number from 0 to 1, or unset WORLD_SIZE to train alone");
    assertRefused("RANK=0" + master, "WORLD_SIZE must be set beside RANK but was missing");
    assertRefused("RANK=2 WORLD_SIZE=2" + master, "RANK must be below WORLD_SIZE, 2, but was 2");
    assertRefused("RANK=-1 WORLD_SIZE=2" + master, "RANK must be a whole number of at least 0");
    assertRefused(
        "RANK=one WORLD_SIZE=2" + master, "but was one; it is a variable of the launcher");
    assertRefused("RANK=0 WORLD_SIZE=" + master, "WORLD_SIZE must be a whole number of at least 1");
    assertRefused(
        "RANK=0 WORLD_SIZE=0" + master, "WORLD_SIZE must be a whole number of at least 1");
    assertRefused("RANK=0 WORLD_SIZE=99999999999" + master, "WORLD_SIZE must be a whole number");
    assertRefused(
        "RANK=0 WORLD_SIZE=2 MASTER_PORT=1", "MASTER_ADDR must be set beside WORLD_SIZE=2");
    assertRefused(
        "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a", "MASTER_PORT must be set beside WORLD_SIZE=2");
    assertRefused(
        "RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=70000", "MASTER_PORT must be a port");
    assertRefused("RANK=0 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=0", "MASTER_PORT must be a whole");
    assertRefused("RANK=0 WORLD_SIZE=2 MASTER_ADDR= MASTER_PORT=1", "MASTER_ADDR must be the host");
    assertRefused(
        "RANK=1 WORLD_SIZE=2 LOCAL_RANK=2 LOCAL_WORLD_SIZE=2" + master,
        "LOCAL_RANK must be below LOCAL_WORLD_SIZE, 2, but was 2");
    assertRefused(
        "RANK=1 WORLD_SIZE=2 LOCAL_RANK=1 LOCAL_WORLD_SIZE=4" + master,
        "LOCAL_WORLD_SIZE must be at most 2");
    assertRefused("MASTER_ADDR=a", "WORLD_SIZE must be set beside MASTER_ADDR but was missing");
    assertRefused("LOCAL_RANK=0", "WORLD_SIZE must be set beside LOCAL_RANK but was missing");
    assertThat(of("RANK=0 WORLD_SIZE=1").isAlone()).isTrue();
  }

  private static Rendezvous explicit(
      String line, @Nullable Integer rank, @Nullable Integer size, @Nullable String master) {
    return Rendezvous.of(
        environment(line),
        rank == null ? OptionalInt.empty() : OptionalInt.of(rank),
        size == null ? OptionalInt.empty() : OptionalInt.of(size),
        master);
  }

  @Test
  void explicitValues() {
    Rendezvous given = at(1, 2, 0, 1, "node7:29500");
    assertThat(explicit("", 1, 2, "node7:29500")).isEqualTo(given);
    assertThat(explicit("", 1, 2, "[fe80::1%eth0]:29500").host()).isEqualTo("fe80::1%eth0");
    assertThat(explicit("", 1, 2, "[fe80::1]:29500"))
        .hasToString("rank 1 of 2 at [fe80::1]:29500, as given");
    // They fill what the environment leaves open, and come before a scheduler.
    assertThat(explicit("MASTER_ADDR=node7 MASTER_PORT=29500", 1, 2, null)).isEqualTo(given);
    assertThat(explicit(SLURM + "SLURM_JOB_NODELIST=a", 1, 2, "node7:29500")).isEqualTo(given);
    assertThat(explicit("RANK=1 WORLD_SIZE=2", null, null, "node7:29500").rank()).isOne();
    assertThat(explicit("SLURM_PROCID=0 SLURM_NTASKS=4", null, 1, null).isAlone()).isTrue();
    assertThat(explicit("", null, null, null)).isEqualTo(Rendezvous.ALONE);
  }

  private static void assertRefused(
      String line,
      @Nullable Integer rank,
      @Nullable Integer size,
      @Nullable String master,
      String words) {
    assertThatExceptionOfType(InvalidValueException.class)
        .isThrownBy(() -> explicit(line, rank, size, master))
        .withMessageContaining(words);
  }

  @Test
  void explicitValuesThatDoNotDo() {
    assertRefused("", null, 2, "a:1", "rank must be given beside world size but was missing");
    assertRefused("", 0, null, "a:1", "world size must be given beside rank or master");
    assertRefused("", null, null, "a:1", "world size must be given beside rank or master");
    assertRefused("", 0, 2, null, "master must be given as HOST:PORT beside a world size of 2");
    assertRefused("", 2, 2, "a:1", "rank must be from 0 to 1, below the world size, but was 2");
    assertRefused("", -1, 2, "a:1", "rank must be from 0 to 1, below the world size, but was -1");
    assertRefused("", 0, 0, "a:1", "world size must be at least 1 but was 0");
    for (String master :
        new String[] {"a", "a:", ":1", "a:0", "a:65536", "a:x", "::1:5", "", "a b:1"}) {
      assertRefused("", 0, 2, master, "master must be HOST:PORT, such as");
    }
    String environment = "RANK=1 WORLD_SIZE=2 MASTER_ADDR=a MASTER_PORT=29500";
    assertRefused(
        environment, 0, 2, "a:29500", "rank must be the value of RANK, 1, but was 0; leave one");
    assertRefused(environment, 1, 3, "a:29500", "world size must be the value of WORLD_SIZE, 2,");
    assertRefused(environment, 1, 2, "b:29500", "master must be the value of MASTER_ADDR, a,");
    assertRefused(environment, 1, 2, "a:29501", "master must be the value of MASTER_PORT, 29500,");
  }
}
