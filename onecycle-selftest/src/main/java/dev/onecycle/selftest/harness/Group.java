package dev.onecycle.selftest.harness;

import java.util.List;

/**
 * A group of cases that have one promise in common.
 *
 * @param name of the group, in the table and for {@code --only}
 * @param promise sentence that holds for every case
 * @param threads number of cases that run at once; 1 if a case uses all of the machine
 * @param cases in the order in which they run
 * @param measurements of the cases
 */
public record Group(
    String name, String promise, int threads, List<Case> cases, Measurements measurements) {
  public Group {
    cases = List.copyOf(cases);
  }

  /** A group whose cases measure nothing. */
  public Group(String name, String promise, int threads, List<Case> cases) {
    this(name, promise, threads, cases, new Measurements());
  }
}
