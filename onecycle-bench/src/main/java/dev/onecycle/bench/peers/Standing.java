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
record Standing(
    String name, List<Double> rates, Optional<Heat.Result> last, Optional<String> failure) {
  Standing {
    rates = List.copyOf(rates);
  }

  static Standing of(Entry entry) {
    return new Standing(entry.name(), List.of(), Optional.empty(), entry.absent());
  }

  boolean runs() {
    return failure.isEmpty();
  }

  Standing with(Heat.Result result) {
    List<Double> all = new ArrayList<>(rates);
    all.add(result.imagesPerSecond());
    return new Standing(name, all, Optional.of(result), failure);
  }

  Standing failed(String reason) {
    return new Standing(name, rates, last, Optional.of(reason));
  }
}
