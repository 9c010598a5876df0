package dev.onecycle.torch.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The time of one thread's work, by kind of work. Work within other work counts for its own kind
 * alone.
 */
public final class StepClock {
  private final Map<String, Long> nanos = new TreeMap<>();
  private final Deque<String> kinds = new ArrayDeque<>();
  private long within;

  /** Does a piece of work and adds its time to its kind. */
  public <T> T time(String kind, Supplier<T> work) {
    long outer = within;
    within = 0;
    kinds.push(kind);
    long begin = System.nanoTime();
    T result = work.get();
    long took = System.nanoTime() - begin;
    kinds.pop();
    nanos.merge(kind, took - within, Long::sum);
    within = outer + took;
    return result;
  }

  /** The kind of the present work. */
  public String kind() {
    return kinds.isEmpty() ? "other" : kinds.peek();
  }

  /** The time of each kind so far. */
  public Map<String, Long> nanos() {
    return nanos;
  }
}
