package dev.onecycle.selftest;

import java.util.List;
import java.util.stream.IntStream;

/** How many cases are run: those that fit into every build, or all. */
public enum Tier {
  QUICK,
  FULL;

  /** Every so many of the cases, from one on: a part that is the same each time. */
  public static List<Case> every(int count, int from, List<Case> cases) {
    return IntStream.range(0, cases.size())
        .filter(i -> i % count == from % count)
        .mapToObj(cases::get)
        .toList();
  }
}
