package dev.onecycle.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeersTableTest {
  private static final TimedRun.Result TURN = result("bf16", 100, 1500);

  @Test
  void aRowHasRatesAndRatiosRoundByRound() {
    PeerResult onecycle = result("onecycle").with(TURN).with(result("bf16", 100, 750));
    PeerResult djl = result("djl").with(result("fp32", 100, 150)).with(result("fp32", 100, 50));
    List<String> lines = lines(onecycle, djl);
    assertThat(lines)
        .contains(
            "| onecycle | bf16 | 1,125 | 750 to 1,500 | – | – |",
            "| djl | fp32 | 100 | 50 to 150 | 12.50 | 10.00 to 15.00 |")
        .contains(
            "ResNet-20, batch 128, 2 rounds of 10 s each after 4 s of warm-up, in turn; a"
                + " processor, 2 cores.")
        .contains("Versions: onecycle: lib 1; djl: lib 1.");
    assertThat(String.join("\n", lines)).doesNotContain("Parameters differ");
  }

  @Test
  void everyRowHasTheColumnsOfTheHead() {
    PeerResult piped = result("onecycle").with(result("a | b", 1, 10));
    List<String> rows = lines(piped, result("djl").failed("x|y")).subList(0, 4);
    assertThat(rows).allSatisfy(row -> assertThat(row.split("(?<!\\\\)\\|", -1)).hasSize(8));
  }

  @Test
  void aPeerThatDoesNotRunHasARowWithTheReason() {
    assertThat(lines(result("onecycle").with(TURN), result("dl4j").failed("no such library")))
        .contains("| onecycle | bf16 | 1,500 | 1,500 to 1,500 | – | – |")
        .contains("| dl4j | does not run: no such library | – | – | – | – |");
  }

  @Test
  void aPeerThatFailsLaterKeepsItsRounds() {
    PeerResult djl = result("djl").with(result("fp32", 100, 100)).failed("exit code 134");
    assertThat(lines(result("onecycle").with(TURN).with(TURN), djl))
        .contains(
            "| djl | fp32; then did not run: exit code 134 | 100 | 100 to 100 | 15.00 | 15.00 to"
                + " 15.00 |");
  }

  @Test
  void withoutOnecycleThereIsNoRatio() {
    assertThat(lines(result("djl").with(result("fp32", 100, 100))))
        .contains("| djl | fp32 | 100 | 100 to 100 | – | – |");
  }

  @Test
  void networksOfDifferentSizeAreReported() {
    assertThat(lines(result("onecycle").with(TURN), result("djl").with(result("fp32", 1101, 1))))
        .contains("Parameters differ: onecycle 100, djl 1,101.");
  }

  private static List<String> lines(PeerResult... results) {
    return PeersTable.lines(
        new Results(
            Map.of("all", "a processor, 2 cores"),
            new Workload("shapes", 0, 20, 128),
            4,
            10,
            Results.rows(List.of(results), "onecycle")));
  }

  private static PeerResult result(String name) {
    return PeerResult.of(Peer.other(name, List.of()));
  }

  private static TimedRun.Result result(String setup, long parameters, double rate) {
    return new TimedRun.Result(
        new PeerMessage.Hello(setup, parameters, Map.of("lib", "1")), rate, 10, 2);
  }
}
