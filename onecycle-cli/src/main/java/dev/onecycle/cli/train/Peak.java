package dev.onecycle.cli.train;

import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.run.tuning.Evidence;
import java.util.List;

/**
 * The peak rate of a run.
 *
 * @param rate the rate
 * @param reason why it is that
 * @param evidence what it rests on
 * @param accepted in what the conditions differ from those it was found under
 */
record Peak(double rate, String reason, Evidence evidence, List<Difference> accepted) {
  static Peak of(double rate, String reason) {
    return new Peak(rate, reason, Evidence.NONE, List.of());
  }
}
