package dev.onecycle.selftest;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What cases measured, for people to see beside whether they held; filled from several threads. */
public final class Figures {
  private final Queue<String> all = new ConcurrentLinkedQueue<>();

  /** Adds what was measured, in a few words. */
  public void add(String figure) {
    all.add(figure);
  }

  /** All that was measured so far, in a line; empty where that is nothing. */
  public String text() {
    return String.join("; ", all);
  }
}
