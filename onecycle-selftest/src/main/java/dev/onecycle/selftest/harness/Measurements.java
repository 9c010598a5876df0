package dev.onecycle.selftest.harness;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Values that the cases of a group measured, as text; safe for use by several threads. */
public final class Measurements {
  private final Queue<String> all = new ConcurrentLinkedQueue<>();

  /** Adds a measured value with its name and unit. */
  public void add(String measurement) {
    all.add(measurement);
  }

  /** All measurements so far in one line; empty if there are none. */
  public String text() {
    return String.join("; ", all);
  }
}
