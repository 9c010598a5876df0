package dev.onecycle.selftest;

import java.util.List;

/**
 * Cases of one kind.
 *
 * @param name for the table and for {@code --only}
 * @param promise what holds for every case
 * @param atOnce how many are tried side by side: 1 where a case uses all of the machine
 * @param cases in order
 */
public record Group(String name, String promise, int atOnce, List<Case> cases) {
  public Group {
    cases = List.copyOf(cases);
  }
}
