package dev.onecycle.selftest;

import java.util.List;
import java.util.Map;

/**
 * What came out of a group.
 *
 * @param group the group's name
 * @param promise what should hold for every case
 * @param cases how many there are
 * @param failures why, by case
 * @param unreached why they could not be tried, by case
 * @param seconds it took
 * @param figures what was measured, in a line; empty where that is nothing
 */
public record GroupResult(
    String group,
    String promise,
    int cases,
    Map<String, String> failures,
    Map<String, String> unreached,
    double seconds,
    String figures) {
  /** Cases that were tried and held. */
  public int passed() {
    return cases - failures.size() - unreached.size();
  }

  /** Whether no case failed in any of the groups. */
  public static boolean allHeld(List<GroupResult> results) {
    return results.stream().allMatch(result -> result.failures().isEmpty());
  }
}
