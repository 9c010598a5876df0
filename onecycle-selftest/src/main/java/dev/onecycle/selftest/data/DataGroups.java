package dev.onecycle.selftest.data;

import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.Tier;
import java.util.List;

/** The groups of cases with everyday, hostile, damaged and degenerate data. */
public final class DataGroups {
  /** The quick tier has every fourth case of each group. */
  private static final int QUICK_STRIDE = 4;

  private DataGroups() {}

  /** The groups of a tier. */
  public static List<Group> of(Tier tier) {
    return List.of(
        new Group(
            BadImageCases.NAME,
            "skipped and listed with a reason, or named in the error; < 2 s, < 256 MB",
            1,
            SmallHeap.trying(BadImageCases.NAME, chosen(BadImageCases.all(), tier))),
        new Group(
            ArchiveCases.NAME,
            "read or refused in one line that names the file, nothing unpacked; < 2 s, < 256 MB",
            1,
            SmallHeap.trying(ArchiveCases.NAME, chosen(ArchiveCases.all(), tier))),
        new Group(
            DownloadCases.NAME,
            "fetched and verified, or refused in one line; unverified bytes are never read",
            1,
            chosen(DownloadCases.all(), tier)),
        new Group(
            EverydayCases.NAME,
            "sets, names, formats, litter, labels and sizes are what they should be",
            1,
            chosen(EverydayCases.all(), tier)),
        new Group(
            DegenerateCases.NAME,
            "trained on without a NaN, or refused in one line",
            1,
            chosen(DegenerateCases.all(), tier)));
  }

  /** All cases of the groups that are tried in a process of little memory. */
  static List<Case> inSmallHeap(String group) {
    return switch (group) {
      case BadImageCases.NAME -> BadImageCases.all();
      case ArchiveCases.NAME -> ArchiveCases.all();
      default -> throw new IllegalArgumentException("no group " + group);
    };
  }

  private static List<Case> chosen(List<Case> all, Tier tier) {
    return tier == Tier.FULL ? all : Tier.every(QUICK_STRIDE, 0, all);
  }
}
