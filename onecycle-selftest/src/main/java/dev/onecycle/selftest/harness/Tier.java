package dev.onecycle.selftest.harness;

import java.util.List;
import java.util.stream.IntStream;

/** The number of cases that are run: a part that fits into every build, or all. */
public enum Tier {
  QUICK,
  FULL;

  /** Every {@code stride}th case, beginning at index {@code from}: the same part each time. */
  public static List<Case> every(int stride, int from, List<Case> cases) {
    return IntStream.range(0, cases.size())
        .filter(i -> i % stride == from % stride)
        .mapToObj(cases::get)
        .toList();
  }
}
