package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Processes;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every promise about faults: the quick tier in every build, all of it with {@code -Pfull}. */
@Tag("long")
class SelftestIT {
  private static final int MINUTES = 30;

  @TempDir Path temp;

  @Test
  void everyCaseHolds() throws IOException, InterruptedException {
    List<Object> words = new ArrayList<>(List.of("selftest"));
    if (Boolean.getBoolean("onecycle.selftest.full")) {
      words.add("--full");
    }
    ProcessUnderTest running = Processes.start(temp, List.of(), words.toArray());
    try {
      assertThat(running.process().waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    } finally {
      running.process().destroyForcibly();
    }
    System.out.println(Cli.read(running.out()));
    assertThat(running.process().exitValue()).as(running.output()).isZero();
    assertThat(Cli.read(running.out())).contains("resume", "kill -9", "damaged checkpoints");
  }
}
