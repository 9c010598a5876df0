package dev.onecycle.bench.peers;

import dev.onecycle.bench.measure.Spread;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a contest came to: also its file.
 *
 * @param machine facts, by name
 * @param contest what was trained on what
 * @param warmUp seconds at each turn that do not count
 * @param seconds at each turn that count
 * @param contestants in the order of the table
 */
record Results(
    Map<String, String> machine,
    Workload contest,
    double warmUp,
    double seconds,
    List<Row> contestants) {
  Results {
    contestants = List.copyOf(contestants);
  }

  /**
   * A contestant's part of it.
   *
   * @param setup how it trains, in its own words
   * @param parameters of its network; 0 where it does not run
   * @param imagesPerSecond of each round
   * @param steps that counted in its last round
   * @param loss its last
   * @param rate of the rounds
   * @param ratio ours over it, round by round; empty for ours, and where either does not run
   * @param failure why it does not run
   * @param versions of what it runs on
   */
  record Row(
      String name,
      String setup,
      long parameters,
      List<Double> imagesPerSecond,
      int steps,
      double loss,
      Optional<Spread> rate,
      Optional<Spread> ratio,
      Optional<String> failure,
      Map<String, String> versions) {}

  /** Compares contestants with the one named {@code ours}, where it is among them. */
  static List<Row> rows(List<PeerResult> standings, String ours) {
    List<Double> our =
        standings.stream()
            .filter(s -> s.name().equals(ours))
            .findFirst()
            .map(PeerResult::rates)
            .orElse(List.of());
    return standings.stream()
        .map(
            standing ->
                row(
                    standing,
                    standing.name().equals(ours)
                        ? List.of()
                        : Spread.ratios(our, standing.rates())))
        .toList();
  }

  private static Row row(PeerResult standing, List<Double> ratios) {
    Optional<TimedRun.Result> last = standing.last();
    return new Row(
        standing.name(),
        last.map(result -> result.hello().setup()).orElse(""),
        last.map(result -> result.hello().parameters()).orElse(0L),
        standing.rates(),
        last.map(TimedRun.Result::steps).orElse(0),
        last.map(TimedRun.Result::loss).orElse(Double.NaN),
        spread(standing.rates()),
        spread(ratios),
        standing.failure(),
        last.map(result -> result.hello().versions()).orElse(Map.of()));
  }

  private static Optional<Spread> spread(List<Double> values) {
    return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
  }
}
