package dev.onecycle.bench.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The results of a peer so far.
 *
 * @param name of the peer
 * @param rates images a second of rounds 1, 2, …
 * @param last the latest round; empty if there is none
 * @param failure reason why the peer does not run, or failed in a later round
 */
record PeerResult(
    String name, List<Double> rates, Optional<TimedRun.Result> last, Optional<String> failure) {
  PeerResult {
    rates = List.copyOf(rates);
  }

  static PeerResult of(Peer peer) {
    return new PeerResult(peer.name(), List.of(), Optional.empty(), peer.absent());
  }

  boolean runs() {
    return failure.isEmpty();
  }

  PeerResult with(TimedRun.Result result) {
    List<Double> all = new ArrayList<>(rates);
    all.add(result.samplesPerSecond());
    return new PeerResult(name, all, Optional.of(result), failure);
  }

  PeerResult failed(String reason) {
    return new PeerResult(name, rates, last, Optional.of(reason));
  }
}
