package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.torch.distributed.Rendezvous;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes that do as they are told. */
@Tag("long")
class RankJobTest {
  private static final String IN_BACKGROUND =
      "a test under nohup, or in the background of a script";

  @TempDir Path temp;

  /** What a job said, how it ended, and how long it took. */
  private record Outcome(RankJob.End end, List<String> out, List<String> err, Duration time) {
    List<String> ofRank(int rank) {
      String prefix = "[rank " + rank + "] ";
      return err.stream()
          .filter(line -> line.startsWith(prefix))
          .map(line -> line.substring(prefix.length()))
          .toList();
    }
  }

  private static Outcome run(
      RankJob.Place place,
      int maxRestarts,
      boolean json,
      Map<String, String> more,
      String... words) {
    return run(LauncherProgram.work(json, words), place, maxRestarts, more);
  }

  private static Outcome run(
      RankJob.Work work, RankJob.Place place, int maxRestarts, Map<String, String> more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putAll(more);
    long begin = System.nanoTime();
    RankJob.End end =
        new RankJob(
                work,
                place,
                maxRestarts,
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8))
            .run();
    Duration time = Duration.ofNanos(System.nanoTime() - begin);
    return new Outcome(end, lines(out), lines(err), time);
  }

  private static Outcome run(int maxRestarts, String... words) {
    return run(new RankJob.Place(Rendezvous.ALONE, 2), maxRestarts, false, Map.of(), words);
  }

  private static List<String> lines(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static RankJob.End end(int rank, int code) {
    return new RankJob.End(rank, code);
  }

  @Test
  void standardOutputIsThatOfRankZero() {
    Outcome done =
        run(0, "*/*/say=an answer", "*/*/complain=é", "1/*/say=two", "0/*/say=[Gloo] said");
    assertThat(done.end).isEqualTo(end(0, 0));
    assertThat(done.out).containsExactly("an answer");
    assertThat(done.ofRank(0)).containsExactlyInAnyOrder("é", "[Gloo] said");
    assertThat(done.ofRank(1)).containsExactlyInAnyOrder("an answer", "é", "two");
    assertThat(done.err).hasSize(5);
  }

  @Test
  void ranksAreToldTheirPlaceAndNothingOfOtherLaunchers() {
    Map<String, String> foreign =
        Map.of("SLURM_PROCID", "7", "PET_NNODES", "2", "NODE_RANK", "9", "KEPT", "yes");
    Rendezvous machines = Rendezvous.of(1, 3, "node0", 29500);
    Outcome done = run(new RankJob.Place(machines, 2), 4, false, foreign, "*/*/variables");
    assertThat(done.out).isEmpty();
    assertThat(done.ofRank(3))
        .containsExactly(
            "GROUP_RANK=1",
            "KEPT=yes",
            "LOCAL_RANK=1",
            "LOCAL_WORLD_SIZE=2",
            "MASTER_ADDR=node0",
            "MASTER_PORT=29500",
            "RANK=3",
            "TORCHELASTIC_MAX_RESTARTS=4",
            "TORCHELASTIC_RESTART_COUNT=0",
            "WORLD_SIZE=6");
    assertThat(done.ofRank(2)).contains("RANK=2", "LOCAL_RANK=0").hasSize(10);
    assertThat(Rendezvous.of(asMap(done.ofRank(3))).toString())
        .isEqualTo("rank 3 of 6 at node0:29500, told by RANK and WORLD_SIZE");
  }

  private static Map<String, String> asMap(List<String> lines) {
    Map<String, String> map = new HashMap<>();
    lines.forEach(line -> map.put(line.split("=")[0], line.split("=")[1]));
    return map;
  }

  /** Rank 1 dies while rank 0 takes no order; both start again, at another port. */
  @Test
  void oneDeathEndsAllAndAllStartAgain() {
    Outcome done =
        run(3, "*/*/variables", "1/0/pause=500", "1/0/exit=137", "0/0/stubborn", "*/1/say=again");
    assertThat(done.end).isEqualTo(end(0, 0));
    assertThat(done.err)
        .contains(
            "onecycle: rank 1 ended with exit code 137, killed by signal 9; all ranks start again"
                + " in 1 s, restart 1 of 3");
    assertThat(done.out).contains("stubborn").endsWith("again");
    List<String> ports = done.out.stream().filter(line -> line.startsWith("MASTER_PORT")).toList();
    assertThat(ports).hasSize(2).doesNotHaveDuplicates();
    assertThat(done.ofRank(1))
        .contains("TORCHELASTIC_RESTART_COUNT=0", "TORCHELASTIC_RESTART_COUNT=1");
    // Two starts, half a second, a second between the attempts, and the end of the stubborn one.
    assertThat(done.time).isLessThan(Duration.ofSeconds(RankJob.MAX_END_SECONDS + 4));
  }

  @Test
  void severalMachinesMeetAtTheNextPort() {
    RankJob.Place place = new RankJob.Place(Rendezvous.of(0, 2, "node0", 29500), 1);
    Outcome done = run(place, 1, false, Map.of(), "*/*/variables", "*/0/exit=1");
    assertThat(done.out).contains("MASTER_PORT=29500", "MASTER_PORT=29501");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 76})
  void aFailureThatWouldComeAgainIsFinal(int code) {
    Outcome done = run(3, "1/*/exit=" + code, "0/*/hang");
    assertThat(done.end).isEqualTo(end(1, code));
    assertThat(done.err)
        .containsExactly(
            "onecycle: rank 1 ended with exit code " + code + "; another attempt would end so too");
    assertThat(done.time).isLessThan(Duration.ofSeconds(RankJob.MAX_END_SECONDS + 1));
  }

  @Test
  void restartsAreLimited() {
    Outcome done = run(2, "0/*/pause=100", "0/*/exit=1");
    assertThat(done.end).isEqualTo(end(0, 1));
    assertThat(done.err)
        .containsExactly(
            "onecycle: rank 0 ended with exit code 1; all ranks start again in 1 s, restart 1 of 2",
            "onecycle: rank 0 ended with exit code 1; all ranks start again in 2 s, restart 2 of 2",
            "onecycle: rank 0 ended with exit code 1; no restart is left of 2");
  }

  /** Rank 0 sees that rank 1 is gone, and ends, before rank 1 has ended. */
  @ParameterizedTest
  @CsvSource({"75, 65, 3", "75, 1, 0", "69, 65, 3", "75, 69, 3"})
  void theCauseIsNotTheRankThatEndedByAnother(int first, int second, int maxRestarts) {
    Outcome done = run(maxRestarts, "0/*/exit=" + first, "1/*/pause=300", "1/*/exit=" + second);
    assertThat(done.end).isEqualTo(end(1, second));
  }

  @Test
  void jsonIsThatOfTheLastAttempt() {
    RankJob.Place place = new RankJob.Place(Rendezvous.ALONE, 2);
    Outcome done =
        run(place, 1, true, Map.of(), "0/0/say={\"a\":1}", "0/1/say={\"a\":2}", "1/0/exit=1");
    assertThat(done.out).containsExactly("{\"a\":2}");
  }

  /** A network of thousands of classes says much about each. */
  @Test
  void aLongObjectIsOneLine() {
    RankJob.Place place = new RankJob.Place(Rendezvous.ALONE, 1);
    String letters = "\u00e4".repeat(40_000);
    Outcome done = run(place, 0, true, Map.of(), "0/*/repeat=40000");
    assertThat(done.out).containsExactly("{\"a\":\"" + letters + "\"}");
  }

  /** Rank 0 lost rank 1, whose end is the cause: its object would contradict the exit code. */
  @Test
  void jsonOfAnotherEndIsNotShown() {
    RankJob.Place place = new RankJob.Place(Rendezvous.ALONE, 2);
    String lost = "0/*/say={\"error\":{\"exit_code\":75}}";
    Outcome done = run(place, 0, true, Map.of(), lost, "0/*/exit=75", "1/*/exit=65");
    assertThat(done.end).isEqualTo(end(1, 65));
    assertThat(done.out).isEmpty();
    String stopped = "0/*/say={\"error\":{\"exit_code\":130}}";
    Outcome signal = run(place, 0, true, Map.of(), stopped, "0/*/exit=130", "1/*/exit=143");
    assertThat(signal.out).hasSize(1);
    Outcome alone = run(place, 0, true, Map.of(), lost, "*/*/exit=75");
    assertThat(alone.out).containsExactly("{\"error\":{\"exit_code\":75}}");
  }

  /** All ranks have saved, after a signal to a rank or to the launcher of another machine. */
  @Test
  void anEndInOrderIsNotStartedAgain() {
    Outcome done = run(3, "*/*/exit=143");
    assertThat(done.end.code()).isEqualTo(143);
    assertThat(done.err).isEmpty();
  }

  @Test
  void aRunThatWasExtendedIsNotExtendedAgain() {
    RankJob.Work once = LauncherProgram.work(false, true, "1/*/exit=137", "0/*/hang");
    Outcome done = run(once, new RankJob.Place(Rendezvous.ALONE, 2), 3, Map.of());
    assertThat(done.end).isEqualTo(end(1, 137));
    assertThat(done.err)
        .containsExactly(
            "onecycle: rank 1 ended with exit code 137, killed by signal 9; not started again: the"
                + " run may be extended already; if its run.json says so, resume it without"
                + " --extend-epochs");
  }

  private ProcessUnderTest launcher(List<String> prefix, String... words) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(
        ProcessUnderTest.java(
            List.of(
                "-cp", System.getProperty("java.class.path"), LauncherProgram.class.getName())));
    command.addAll(Arrays.asList(words));
    return ProcessUnderTest.start(temp, command, Map.of());
  }

  private static void awaitBoth(ProcessUnderTest launcher, String text) {
    launcher.await(
        () -> launcher.output().split(text, -1).length > 2, "the output '" + text + "' of both");
  }

  private static void assertGone(List<ProcessHandle> ranks, int seconds)
      throws InterruptedException {
    assertThat(ranks).hasSize(2);
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (ranks.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < limit) {
      Thread.sleep(20);
    }
    assertThat(ranks).noneMatch(ProcessHandle::isAlive);
  }

  @Test
  void noRankOutlivesALauncherThatIsKilled() throws InterruptedException {
    ProcessUnderTest launcher = launcher(List.of(), "*/*/stubborn");
    awaitBoth(launcher, "stubborn");
    List<ProcessHandle> ranks = launcher.process().children().toList();
    launcher.kill();
    assertGone(ranks, 2);
  }

  /** Rank 1 saves for longer than a rank has that does not stop after a failure. */
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void ranksSaveInOrderAfterASignal(String signal, int code)
      throws InterruptedException, IOException {
    assumeFalse(ignores(signal), IN_BACKGROUND);
    ProcessUnderTest launcher = launcher(List.of(), "1/*/train=4000", "0/*/train=100");
    awaitBoth(launcher, "trains");
    List<ProcessHandle> ranks = launcher.process().children().toList();
    launcher.signal("USR1");
    awaitBoth(launcher, "saved on the way");
    launcher.signal(signal);
    assertThat(launcher.exitCode()).as(launcher.output()).isEqualTo(code);
    assertThat(launcher.output())
        .contains("\nsaved\n", "[rank 1] saved\n", "code " + code)
        .doesNotContain("disturbed", "start again");
    assertGone(ranks, 0);
  }

  /** Rank 1 fails when it is told to stop; rank 0 saves for longer than it would have without. */
  @Test
  void aRankSavesThoughAnotherFailsAfterTheSignal() throws IOException {
    assumeFalse(ignores("INT"), IN_BACKGROUND);
    ProcessUnderTest launcher = launcher(List.of(), "1/*/fail-after-stop=1", "0/*/train=5000");
    awaitBoth(launcher, "trains");
    launcher.signal("INT");
    assertThat(launcher.exitCode()).as(launcher.output()).isEqualTo(1);
    assertThat(launcher.output()).contains("\nsaved\n").doesNotContain("start again");
  }

  /** Children of a process that ignores a signal ignore it too. */
  private static boolean ignores(String signal) throws IOException {
    int number = List.of("HUP", "INT").indexOf(signal) + 1;
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .anyMatch(ignored -> number > 0 && (ignored >> (number - 1) & 1) != 0);
  }

  /** Ctrl-C, scancel and timeout tell every process of the group, and the launcher tells again. */
  @Test
  void aSignalToTheWholeGroupIsOneOrder() throws InterruptedException, IOException {
    assumeFalse(ignores("INT"), IN_BACKGROUND);
    ProcessUnderTest launcher = launcher(List.of("setsid"), "*/*/train=500");
    awaitBoth(launcher, "trains");
    long group = launcher.process().pid(); // setsid becomes the launcher
    assertThat(new ProcessBuilder("kill", "-INT", "--", "-" + group).start().waitFor()).isZero();
    assertThat(launcher.exitCode()).as(launcher.output()).isEqualTo(130);
    assertThat(launcher.output()).contains("\nsaved\n", "[rank 1] saved\n");
  }

  @Test
  void aSecondSignalEndsAllAtOnce() throws InterruptedException, IOException {
    assumeFalse(ignores("INT"), IN_BACKGROUND);
    ProcessUnderTest launcher = launcher(List.of(), "*/*/train=20000");
    awaitBoth(launcher, "trains");
    List<ProcessHandle> ranks = launcher.process().children().toList();
    launcher.signal("INT");
    launcher.pause(500);
    launcher.signal("INT");
    assertThat(launcher.exitCode()).isEqualTo(130);
    assertGone(ranks, 2);
  }
}
