package dev.onecycle.bench.peers;

import dev.onecycle.bench.measure.Spread;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The results of all peers, as they are written to the JSON file.
 *
 * @param machine facts by name
 * @param workload what the peers do
 * @param warmUp seconds of each turn that do not count
 * @param seconds of each turn that count
 * @param peers in the order of the table
 */
record Results(
    Map<String, String> machine, Task workload, double warmUp, double seconds, List<Row> peers) {
  Results {
    peers = List.copyOf(peers);
  }

  /**
   * The results of a peer.
   *
   * @param setup the peer's description of itself
   * @param parameters of its network; 0 if it does not run
   * @param samplesPerSecond of each round
   * @param steps that counted in the last round
   * @param loss the last loss
   * @param rate spread of the images per second
   * @param ratio spread of onecycle's rate divided by the peer's, round by round; empty for
   *     onecycle and if either does not run
   * @param failure reason why the peer does not run
   * @param versions of its libraries, by name
   */
  record Row(
      String name,
      String setup,
      long parameters,
      List<Double> samplesPerSecond,
      int steps,
      double loss,
      Optional<Spread> rate,
      Optional<Spread> ratio,
      Optional<String> failure,
      Map<String, String> versions) {}

  /** Compares the peers with the peer {@code reference}, if it is among them. */
  static List<Row> rows(List<PeerResult> results, String reference) {
    List<Double> referenceRates =
        results.stream()
            .filter(s -> s.name().equals(reference))
            .findFirst()
            .map(PeerResult::rates)
            .orElse(List.of());
    return results.stream()
        .map(
            result ->
                row(
                    result,
                    result.name().equals(reference)
                        ? List.of()
                        : Spread.ratios(referenceRates, result.rates())))
        .toList();
  }

  private static Row row(PeerResult result, List<Double> ratios) {
    Optional<TimedRun.Result> last = result.last();
    return new Row(
        result.name(),
        last.map(turn -> turn.hello().setup()).orElse(""),
        last.map(turn -> turn.hello().parameters()).orElse(0L),
        result.rates(),
        last.map(TimedRun.Result::steps).orElse(0),
        last.map(TimedRun.Result::loss).orElse(Double.NaN),
        spread(result.rates()),
        spread(ratios),
        result.failure(),
        last.map(turn -> turn.hello().versions()).orElse(Map.of()));
  }

  private static Optional<Spread> spread(List<Double> values) {
    return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
  }
}
