package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.Program;
import dev.onecycle.selftest.harness.Tier;
import java.util.ArrayList;
import java.util.List;

/** The groups of cases in which runs are stopped, killed, damaged or starved. */
public final class RunGroups {
  private RunGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier, Program program) {
    List<Group> groups = new ArrayList<>(ResumeGroups.of(tier, program));
    groups.add(KillGroup.of(tier, program));
    groups.add(DamageGroup.of(tier));
    groups.add(DiskGroup.of(tier, program));
    groups.add(FolderGroup.of(tier, program));
    groups.add(SignalGroup.of(tier, program));
    groups.add(DivergenceGroup.of(tier, program));
    return groups;
  }
}
