package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A rank that is killed or frozen at a point of the program. Every build tries some points; {@code
 * -Donecycle.ranks=all} tries all.
 */
@Tag("long")
class KilledRankTest {
  private static final int SECONDS = 5;

  /** What a rank needs to notice, keep its record and end; half a second on a quiet machine. */
  private static final int MARGIN = 3;

  private static final boolean ALL = "all".equals(System.getProperty("onecycle.ranks"));

  @TempDir static Path temp = Path.of("");
  private static RankedRuns runs = new RankedRuns(temp);

  private final List<ProcessUnderTest> started = new ArrayList<>();

  /** A point, how often it was reached, and the rank that is killed there. */
  private record Point(String name, int time, int rank) {
    @Override
    public String toString() {
      return "rank-" + rank + "-" + name + "-" + time;
    }
  }

  private static final List<Point> QUICK =
      List.of(new Point("rank.send", 15, 1), new Point("checkpoint.before-rename", 2, 0));

  private static final List<Point> MORE =
      List.of(
          new Point("rank.join", 1, 0),
          new Point("rank.join", 1, 1),
          new Point("rank.collective", 1, 0),
          new Point("rank.collective", 1, 1),
          new Point("rank.forward", 1, 1),
          new Point("rank.forward", 14, 0),
          new Point("rank.send", 1, 0),
          new Point("train.before-update", 20, 1),
          new Point("train.evaluating", 1, 0),
          new Point("train.evaluating", 2, 1),
          new Point("checkpoint.renamed", 1, 0),
          new Point("report.begin", 2, 0),
          new Point("run.ended", 1, 0),
          new Point("run.ended", 1, 1));

  @BeforeAll
  static void undisturbed() throws IOException {
    runs = RankedRuns.in(temp);
    runs.launch("whole").requireExitCode(0);
  }

  @AfterEach
  void end() {
    started.forEach(process -> process.process().destroyForcibly());
  }

  static Stream<Point> points() {
    return ALL ? Stream.concat(QUICK.stream(), MORE.stream()) : QUICK.stream();
  }

  private ProcessUnderTest kept(ProcessUnderTest process) {
    started.add(process);
    return process;
  }

  @ParameterizedTest
  @MethodSource("points")
  void theJobGoesOnToTheSameBits(Point point) throws IOException {
    String name = point.toString();
    ProcessUnderTest launcher =
        kept(
            runs.launch(
                name,
                "-Donecycle.fault=" + point.name + "@" + point.time + ":halt",
                "-Donecycle.fault.rank=" + point.rank));
    launcher.await(() -> ranks(launcher).size() == 2, "two ranks");
    List<ProcessHandle> first = ranks(launcher);
    awaitEnds(first, 1, Duration.ofSeconds(60));
    long death = System.nanoTime();
    awaitEnds(first, 2, Duration.ofSeconds(RankJob.MAX_END_SECONDS));
    double seconds = (System.nanoTime() - death) / 1e9;
    assertThat(launcher.exitCode()).as(launcher.output()).isZero();
    assertThat(launcher.output())
        .contains("rank " + point.rank + " ended with exit code 137, killed by signal 9")
        .contains("restart 1 of 3")
        .doesNotContain("restart 2");
    runs.requireSame("whole", name);
    System.out.printf("%-40s the other rank ended after %.2f s%n", name, seconds);
  }

  private static List<ProcessHandle> ranks(ProcessUnderTest launcher) {
    return launcher.process().children().toList();
  }

  private static void awaitEnds(List<ProcessHandle> ranks, int count, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (ranks.stream().filter(rank -> !rank.isAlive()).count() < count) {
      assertThat(System.nanoTime()).as(count + " ends within " + limit).isLessThan(end);
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /**
   * The rank of machine 1 dies before it meets the other. Its launcher is then an attempt ahead,
   * and waits there until the launcher of machine 0 has given up the first attempt.
   */
  @Test
  void machinesMeetThoughOneIsAnAttemptAhead() throws IOException {
    int port = RankedRuns.freePort();
    List<String> words = runs.train("ahead", 3, 3);
    List<String> fault = List.of("-Donecycle.fault=rank.join@1:halt");
    ProcessUnderTest one = kept(runs.machine(0, port, List.of(), words));
    ProcessUnderTest two = kept(runs.machine(1, port, fault, words));
    one.requireExitCode(0);
    two.requireExitCode(0);
    assertThat(one.output())
        .contains("but RANK 1 did not; start each of them")
        .contains("restart 1 of 3")
        .doesNotContain("restart 2");
    runs.requireSame("whole", "ahead");
  }

  /** Whichever machine has the fault: its images are not those of the other, or cannot be read. */
  @ParameterizedTest
  @CsvSource({"0, true", "1, true", "1, false"})
  void aPermanentFailureEndsAllMachines(int failing, boolean damaged) throws IOException {
    String own = "data-" + failing + damaged;
    Path data = temp.resolve(own);
    TestData.colours(data, damaged ? 40 : 39, 10, 8, 8);
    if (damaged) {
      try (Stream<Path> images = Files.walk(data)) {
        Files.write(images.filter(Files::isRegularFile).findFirst().orElseThrow(), new byte[9]);
      }
    }
    int port = RankedRuns.freePort();
    List<ProcessUnderTest> machines = new ArrayList<>();
    for (int machine = 0; machine < 2; machine++) {
      List<String> words = runs.train("failed" + own, 3, 60);
      if (machine == failing) {
        words.set(1, data.toString());
      }
      machines.add(kept(runs.machine(machine, port, List.of(), words)));
    }
    ProcessUnderTest ended = machines.get(failing);
    ProcessUnderTest other = machines.get(1 - failing);
    ended.requireExitCode(damaged ? 65 : 2);
    long begin = System.nanoTime();
    other.requireExitCode(69);
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .isLessThan(Duration.ofSeconds(SECONDS + MARGIN));
    assertThat(other.output())
        .contains(damaged ? "rank " + failing + " failed: " : "images must be")
        .contains("the job has ended on another machine")
        .doesNotContain("restart 1");
  }

  /** Without a launcher the other rank ends by itself; the store ends with rank 0. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aRankThatLostAnotherEndsAndSaysSo(int lost) {
    int port = RankedRuns.freePort();
    List<String> words = runs.train("lost" + lost, 1000, 60);
    List<ProcessUnderTest> ranks =
        List.of(
            kept(runs.rank(0, port, Map.of(), words)), kept(runs.rank(1, port, Map.of(), words)));
    ranks.get(0).awaitOutput("epoch   2/1000");
    ranks.get(lost).kill();
    long death = System.nanoTime();
    ProcessUnderTest other = ranks.get(1 - lost);
    assertThat(other.exitCode()).as(other.output()).isEqualTo(75);
    assertThat(Duration.ofNanos(System.nanoTime() - death)).isLessThan(Duration.ofSeconds(5));
    assertThat(other.output())
        .contains("rank " + (1 - lost) + " of 2 lost its connection to another")
        .doesNotContain("Exception raised from", "frame #");
  }

  /** Rank 0 serves the store, which does not answer then. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aRankThatIsFrozenEndsTheOthersAtTheTimeout(int frozen) {
    int port = RankedRuns.freePort();
    List<String> words = runs.train("frozen" + frozen, 1000, SECONDS);
    List<ProcessUnderTest> ranks =
        List.of(
            kept(runs.rank(0, port, Map.of(), words)), kept(runs.rank(1, port, Map.of(), words)));
    ranks.get(0).awaitOutput("epoch   2/1000");
    ranks.get(frozen).signal("STOP");
    long stop = System.nanoTime();
    ProcessUnderTest other = ranks.get(1 - frozen);
    assertThat(other.exitCode()).as(other.output()).isEqualTo(75);
    Duration time = Duration.ofNanos(System.nanoTime() - stop);
    System.out.printf("frozen: the other rank ended after %.2f s%n", time.toMillis() / 1000.0);
    assertThat(time)
        .isBetween(Duration.ofMillis(1000 * SECONDS - 200), Duration.ofSeconds(SECONDS + MARGIN));
  }
}
