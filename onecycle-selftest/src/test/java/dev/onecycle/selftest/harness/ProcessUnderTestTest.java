package dev.onecycle.selftest.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are shell scripts. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class ProcessUnderTestTest {
  @TempDir Path logs;

  private ProcessUnderTest shell(String script) {
    return ProcessUnderTest.start(logs, List.of("sh", "-c", script), Map.of("NAME", "value"));
  }

  @Test
  void keepsOutputAndExitCode() {
    ProcessUnderTest process = shell("echo \"out $NAME\"; echo err >&2; exit 3");
    assertThat(process.exitCode()).isEqualTo(3);
    process.requireExitCode(3);
    assertThat(process.output()).isEqualTo("\nout value\n\nerr\n");
    assertThat(process.out()).hasContent("out value");
    assertThatThrownBy(() -> process.requireExitCode(0))
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith("exit code must be 0 but was 3")
        .hasMessageContaining("err");
  }

  @Test
  void waitsForOutputAndSendsSignals() {
    ProcessUnderTest process =
        shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.01; done");
    process.awaitOutput("ready");
    process.signal("TERM");
    process.requireExitCode(7);
  }

  @Test
  void outputThatNeverComesIsAFailure() {
    ProcessUnderTest process = shell("echo other");
    assertThatThrownBy(() -> process.awaitOutput("ready"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("never reached the output 'ready'")
        .hasMessageContaining("other");
  }

  @Test
  void killEndsTheProcess() {
    ProcessUnderTest process = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    process.awaitOutput("ready");
    process.kill();
    assertThat(process.process().isAlive()).isFalse();
    assertThat(process.exitCode()).isEqualTo(137);
  }

  @Test
  void anInterruptKillsTheProcess() throws InterruptedException {
    ProcessUnderTest process = shell("exec sleep 60");
    Thread.currentThread().interrupt();
    assertThatThrownBy(process::exitCode).isInstanceOf(CancellationException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(process.process().waitFor()).isEqualTo(137);
  }
}
