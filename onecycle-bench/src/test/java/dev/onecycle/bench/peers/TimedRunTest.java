package dev.onecycle.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Turns of peers that are shell scripts. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class TimedRunTest {
  private static final String HELLO =
      "echo '{\"setup\":\"a shell\",\"parameters\":7,\"versions\":{}}'; ";
  private static final String STEP = "echo '{\"images\":5,\"loss\":0.5}'";

  @TempDir Path folder;

  @Test
  void timesAPeerAndEndsItWithAllItHasStarted() throws Exception {
    Path trace = folder.resolve("trace");
    String worker =
        "{ i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo >> '"
            + trace
            + "'; sleep 0.01; done; } & ";
    TimedRun.Result result = run(worker + HELLO + "while sleep 0.01; do " + STEP + "; done", 20);
    long traced = Files.size(trace);
    Thread.sleep(200);
    assertThat(Files.size(trace)).isEqualTo(traced).isPositive();
    assertThat(result.hello().setup()).isEqualTo("a shell");
    assertThat(result.steps()).isPositive();
    assertThat(result.loss()).isEqualTo(0.5);
    assertThat(result.samplesPerSecond()).isPositive().isLessThan(5 / 0.01);
  }

  @Test
  void aPeerThatFailsIsReportedByItsLastError() {
    assertThatThrownBy(
            () ->
                run(
                    HELLO
                        + STEP
                        + "; echo 'java.lang.LinkageError: no engine' >&2; echo 'at x' >&2; exit 3",
                    20))
        .isInstanceOf(TimedRun.DoesNotRunException.class)
        .hasMessage("java.lang.LinkageError: no engine, exit code 3");
  }

  @Test
  void stepsBeforeAFailureAreNoResult() {
    assertThatThrownBy(() -> run(HELLO + STEP + "; sleep 0.01; " + STEP + "; exit 4", 20))
        .isInstanceOf(TimedRun.DoesNotRunException.class)
        .hasMessage("exit code 4");
  }

  @Test
  void theTimeoutEndsAPeerWithoutSteps() {
    assertThatThrownBy(() -> run(HELLO + "sleep 30", 0.3))
        .isInstanceOf(TimedRun.DoesNotRunException.class)
        .hasMessageContaining("within 0.3 s");
  }

  @Test
  void theTimeoutEndsATurnThatCountsIfAStepDoes() throws Exception {
    String slow = HELLO + STEP + "; sleep 0.05; " + STEP + "; sleep 0.05; " + STEP + "; sleep 30";
    Peer peer = Peer.other("shell", List.of("sh", "-c", slow));
    assertThat(new TimedRun(0.02, 60, 0.8, folder).run(peer).steps()).isEqualTo(1);
  }

  @Test
  void aProgramThatIsNotThereDoesNotRun() {
    Peer peer = Peer.other("none", List.of(folder.resolve("no-such-program").toString()));
    assertThatThrownBy(() -> timedRun(20).run(peer))
        .isInstanceOf(TimedRun.DoesNotRunException.class)
        .hasMessageStartingWith("cannot be started");
  }

  private TimedRun.Result run(String script, double timeout) throws TimedRun.DoesNotRunException {
    return timedRun(timeout).run(Peer.other("shell", List.of("sh", "-c", script)));
  }

  private TimedRun timedRun(double timeout) {
    return new TimedRun(0.02, 0.2, timeout, folder);
  }
}
