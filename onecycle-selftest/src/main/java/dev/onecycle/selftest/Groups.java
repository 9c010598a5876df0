package dev.onecycle.selftest;

import dev.onecycle.selftest.fuzz.FuzzGroups;
import dev.onecycle.selftest.soak.SoakGroups;
import java.util.List;
import java.util.stream.Stream;

/** All groups of cases. */
public final class Groups {
  private Groups() {}

  /**
   * The groups of a tier.
   *
   * @param program runs the command line, in this process or in one of its own
   */
  public static List<Group> of(Tier tier, Program program) {
    return Stream.of(FuzzGroups.of(tier, program), SoakGroups.of(tier, program))
        .flatMap(List::stream)
        .toList();
  }
}
