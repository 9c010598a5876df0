package dev.onecycle.cli.launch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
class FineTuneOnRanksTest {
  @TempDir Path temp;

  private static void assertEnded(ProcessUnderTest process) {
    assertThat(process.exitCode()).as(process.output()).isZero();
  }

  /** Rank 1 is on a machine that has neither the folder nor its name. */
  @Test
  void theSecondCycleNeedsNoSharedFolder() throws IOException {
    RankedRuns runs = RankedRuns.in(temp);
    assertEnded(runs.start(List.of(), Map.of(), runs.train("first", 1, 60)));
    int port = RankedRuns.freePort();
    List<ProcessUnderTest> ranks = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      List<String> words =
          List.of(
              "fine-tune",
              temp.resolve("data").toString(),
              "--from=" + runs.run("first"),
              "--head-epochs=1",
              "--epochs=2",
              "--head-lr=0.05",
              "--max-lr=0.02",
              "--batch-size=16",
              "--collective-timeout=60",
              "--out=" + runs.run("tuned-" + rank));
      ranks.add(runs.rank(rank, port, Map.of(), words));
    }
    ranks.forEach(FineTuneOnRanksTest::assertEnded);
    Path all = runs.run("tuned-0").resolve("2-all");
    assertThat(Cli.parse(all.resolve("run.json")).get("status").asText()).isEqualTo("finished");
    assertThat(Files.exists(runs.run("tuned-1"))).isFalse();
  }
}
