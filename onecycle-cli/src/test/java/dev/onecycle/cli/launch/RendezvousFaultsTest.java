package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ranks that cannot meet: each process ends within ten seconds and names what is wrong; none trains
 * alone. {@code -Donecycle.ranks=all} tries those that take a timeout.
 */
class RendezvousFaultsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** Of a collective operation; five times as long for the first meeting. */
  private static final int SECONDS = 1;

  private static final String ALL = "all";
  private static final String PROPERTY = "onecycle.ranks";

  @TempDir static Path temp = Path.of("");
  private static RankedRuns runs = new RankedRuns(temp);

  private final List<ProcessUnderTest> started = new ArrayList<>();
  private final int port = RankedRuns.freePort();

  @BeforeAll
  static void draw() throws IOException {
    runs = RankedRuns.in(temp);
  }

  @AfterEach
  void end() {
    started.forEach(process -> process.process().destroyForcibly());
  }

  private ProcessUnderTest rank(int rank, Map<String, String> variables, String... more) {
    List<String> words = train();
    words.addAll(List.of(more));
    ProcessUnderTest process = runs.rank(rank, port, variables, words);
    started.add(process);
    return process;
  }

  private List<String> train() {
    return runs.train("run-" + port, 1, SECONDS);
  }

  private static void assertEnds(ProcessUnderTest process, int code, String... words) {
    assertThat(process.exitCode()).as(process.output()).isEqualTo(code);
    assertThat(process.output()).contains(words).doesNotContain("epoch ", "\tat ");
  }

  private void within(Runnable check) {
    long begin = System.nanoTime();
    check.run();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(LIMIT);
  }

  @Test
  void theRankIsMissing() {
    ProcessUnderTest process =
        runs.start(
            List.of(),
            Map.of("WORLD_SIZE", "2", "MASTER_ADDR", "127.0.0.1", "MASTER_PORT", "1"),
            runs.train("none"));
    started.add(process);
    within(() -> assertEnds(process, 2, "RANK must be set beside WORLD_SIZE but was missing"));
  }

  @Test
  void twoRanksDifferInTheirNumber() {
    ProcessUnderTest one = rank(0, Map.of());
    ProcessUnderTest two = rank(1, Map.of("WORLD_SIZE", "3"));
    within(
        () -> {
          assertThat(List.of(one.exitCode(), two.exitCode())).containsExactlyInAnyOrder(2, 69);
          assertThat(one.output() + two.output()).contains("WORLD_SIZE of rank");
        });
  }

  @Test
  void ranksHaveOtherNetworks() {
    ProcessUnderTest one = rank(0, Map.of());
    ProcessUnderTest two = rank(1, Map.of(), "--model=resnet32");
    within(
        () -> {
          assertThat(List.of(one.exitCode(), two.exitCode())).contains(2);
          assertThat(one.output() + two.output()).contains("must be the same as on rank 0");
        });
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void ranksHaveOtherNumbersOfImages() throws IOException {
    Path fewer = TestData.colours(temp.resolve("fewer"), 39, 10, 8, 8);
    List<String> words = train();
    words.set(1, fewer.toString());
    ProcessUnderTest one = rank(0, Map.of());
    ProcessUnderTest two = runs.rank(1, port, Map.of(), words);
    started.add(two);
    within(
        () -> {
          assertThat(List.of(one.exitCode(), two.exitCode())).contains(2);
          assertThat(one.output() + two.output()).contains("must be the same as on rank 0");
        });
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void thePortIsTaken() throws IOException {
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(taken.isBound()).isTrue();
      ProcessUnderTest process = rank(0, Map.of());
      within(() -> assertEnds(process, 2, "MASTER_PORT must be a free port"));
    }
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void theHostIsUnknown() {
    ProcessUnderTest process = rank(1, Map.of("MASTER_ADDR", "no-such-host.invalid"));
    within(
        () -> assertEnds(process, 2, "MASTER_ADDR must be a name that this machine can resolve"));
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void nobodyListensAtTheAddress() {
    ProcessUnderTest process = rank(1, Map.of());
    within(() -> assertEnds(process, 75, "MASTER_ADDR:MASTER_PORT must be where rank 0 listens"));
  }

  /** As torchrun says it, but no torchrun is there. */
  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void theStoreOfTheAgentIsNotThere() {
    ProcessUnderTest process =
        rank(0, Map.of("TORCHELASTIC_USE_AGENT_STORE", "True", "TORCHELASTIC_RUN_ID", "x"));
    within(() -> assertEnds(process, 75, "MASTER_ADDR:MASTER_PORT must be where rank 0 listens"));
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void theOtherRankDoesNotCome() {
    ProcessUnderTest process = rank(0, Map.of());
    within(() -> assertEnds(process, 75, "but RANK 1 did not; start each of them"));
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void aRankIsThereTwice() {
    ProcessUnderTest zero = rank(0, Map.of());
    ProcessUnderTest again =
        runs.rank(0, port, Map.of("TORCHELASTIC_USE_AGENT_STORE", "True"), runs.train("again"));
    started.add(again);
    within(
        () -> {
          assertThat(List.of(zero.exitCode(), again.exitCode())).doesNotContain(0).contains(2);
          assertThat(zero.output() + again.output()).contains("RANK must be another one");
        });
  }

  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void theInterfaceIsNotThere() {
    Map<String, String> variables = Map.of("GLOO_SOCKET_IFNAME", "none7");
    ProcessUnderTest one = rank(0, variables);
    ProcessUnderTest two = rank(1, variables);
    within(
        () -> {
          assertEnds(one, 2, "GLOO_SOCKET_IFNAME must be a network interface of this host");
          assertEnds(two, 2, "GLOO_SOCKET_IFNAME must be a network interface of this host");
        });
  }

  /** A server that speaks another language, and a client that does. */
  @Test
  @EnabledIfSystemProperty(named = PROPERTY, matches = ALL)
  void garbageAtThePort() throws IOException {
    try (ServerSocket stranger = new ServerSocket(port, 9, InetAddress.getLoopbackAddress())) {
      Thread answers = new Thread(() -> answer(stranger));
      answers.setDaemon(true);
      answers.start();
      ProcessUnderTest client = rank(1, Map.of());
      within(() -> assertThat(client.exitCode()).as(client.output()).isEqualTo(75));
    }
    ProcessUnderTest server = rank(0, Map.of());
    long begin = System.nanoTime();
    int heard = 0;
    while (heard < 10) {
      assertThat(System.nanoTime() - begin).isLessThan(LIMIT.toNanos());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        heard++;
        socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        server.pause(50);
      } catch (IOException e) {
        server.pause(50); // not there yet
      }
    }
    within(() -> assertThat(server.exitCode()).as(server.output()).isEqualTo(75));
  }

  private static void answer(ServerSocket stranger) {
    try {
      while (true) {
        try (Socket socket = stranger.accept()) {
          socket.getOutputStream().write(new byte[4096]);
        }
      }
    } catch (IOException e) {
      if (!stranger.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
