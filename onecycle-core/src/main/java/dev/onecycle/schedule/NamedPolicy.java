package dev.onecycle.schedule;

import java.util.List;

/** A policy made of its parts. */
record NamedPolicy(
    String name,
    long steps,
    double peak,
    Schedule learningRate,
    Schedule momentum,
    List<Phase> phases,
    String describe)
    implements Policy {
  NamedPolicy {
    phases = List.copyOf(phases);
  }
}
