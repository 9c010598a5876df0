package dev.onecycle.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a contestant has come to.
 *
 * @param name of it
 * @param rates images a second, of rounds 1, 2, …
 * @param last its latest turn; empty where it has never run
 * @param failure why it does not run, or has not come through a later round
 */
record PeerResult(
    String name, List<Double> rates, Optional<TimedRun.Result> last, Optional<String> failure) {
  PeerResult {
    rates = List.copyOf(rates);
  }

  static PeerResult of(Peer entry) {
    return new PeerResult(entry.name(), List.of(), Optional.empty(), entry.absent());
  }

  boolean runs() {
    return failure.isEmpty();
  }

  PeerResult with(TimedRun.Result result) {
    List<Double> all = new ArrayList<>(rates);
    all.add(result.imagesPerSecond());
    return new PeerResult(name, all, Optional.of(result), failure);
  }

  PeerResult failed(String reason) {
    return new PeerResult(name, rates, last, Optional.of(reason));
  }
}
