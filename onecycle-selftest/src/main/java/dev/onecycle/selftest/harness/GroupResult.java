package dev.onecycle.selftest.harness;

import java.util.List;
import java.util.Map;

/**
 * The result of a group.
 *
 * @param group that was run
 * @param failures reasons by the name of the case
 * @param notTried reasons by the name of the case
 * @param seconds duration of the group
 */
public record GroupResult(
    Group group, Map<String, String> failures, Map<String, String> notTried, double seconds) {
  /** Number of cases. */
  public int cases() {
    return group.cases().size();
  }

  /** Number of cases that were tried and held. */
  public int held() {
    return cases() - failures.size() - notTried.size();
  }

  /** The measurements of the cases in one line; empty if there are none. */
  public String measurements() {
    return group.measurements().text();
  }

  /** Whether no case of any group failed. */
  public static boolean allHeld(List<GroupResult> results) {
    return results.stream().allMatch(result -> result.failures().isEmpty());
  }
}
