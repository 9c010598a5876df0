package dev.onecycle.selftest.run;

import dev.onecycle.selftest.Group;
import dev.onecycle.selftest.Program;
import dev.onecycle.selftest.Tier;
import java.util.List;

/** What happens to runs. */
public final class RunGroups {
  private RunGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier, Program program) {
    return List.of(KillGroup.of(tier, program));
  }
}
