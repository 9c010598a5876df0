package dev.onecycle.selftest;

import java.util.List;

/**
 * Cases of one kind.
 *
 * @param name for the table and for {@code --only}
 * @param promise what holds for every case
 * @param atOnce how many are tried side by side: 1 where a case uses all of the machine
 * @param cases in order
 * @param figures to which the cases add what they measure
 */
public record Group(String name, String promise, int atOnce, List<Case> cases, Figures figures) {
  public Group {
    cases = List.copyOf(cases);
  }

  /** A group whose cases measure nothing. */
  public Group(String name, String promise, int atOnce, List<Case> cases) {
    this(name, promise, atOnce, cases, new Figures());
  }
}
