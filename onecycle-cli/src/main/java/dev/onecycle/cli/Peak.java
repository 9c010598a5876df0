package dev.onecycle.cli;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.Conditions.Difference;
import java.util.List;

/**
 * The peak rate of a run.
 *
 * @param rate the rate
 * @param reason why it is that
 * @param tests those it came from, if it was found for this run
 * @param accepted in what the conditions differ from those it was found under
 */
record Peak(double rate, String reason, List<RangeSummary> tests, List<Difference> accepted) {
  static Peak of(double rate, String reason) {
    return new Peak(rate, reason, List.of(), List.of());
  }
}
