package dev.onecycle.selftest.harness;

import java.util.List;
import java.util.Map;

/**
 * The result of a group.
 *
 * @param group the group's name
 * @param promise the group's promise
 * @param cases number of cases
 * @param failures reasons by the name of the case
 * @param notTried reasons by the name of the case
 * @param seconds duration of the group
 * @param measurements in one line; empty if there are none
 */
public record GroupResult(
    String group,
    String promise,
    int cases,
    Map<String, String> failures,
    Map<String, String> notTried,
    double seconds,
    String measurements) {
  /** Number of cases that were tried and held. */
  public int held() {
    return cases - failures.size() - notTried.size();
  }

  /** Whether no case of any group failed. */
  public static boolean allHeld(List<GroupResult> results) {
    return results.stream().allMatch(result -> result.failures().isEmpty());
  }
}
