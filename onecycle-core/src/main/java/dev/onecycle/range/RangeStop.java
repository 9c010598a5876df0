package dev.onecycle.range;

import dev.onecycle.text.Numbers;

/**
 * The end of a range test.
 *
 * @param reason why no more steps were taken
 * @param factor the multiple of its fall by which a loss that has diverged rose above its best
 * @param extended whether the rate rose beyond the end of the range
 */
public record RangeStop(StopReason reason, double factor, boolean extended) {
  /** The end of a test within its range, by the default factor. */
  public static RangeStop of(StopReason reason) {
    return new RangeStop(reason, RangeTest.DEFAULT_STOP_FACTOR, false);
  }

  /** The reason as a clause: "stopped because the range ended". */
  public String sentence() {
    String why =
        switch (reason) {
          case DIVERGED ->
              "the loss rose by more than " + Numbers.brief(factor) + " times its fall";
          case NON_FINITE -> "the loss was no longer a finite number";
          case REACHED_END -> "the range ended";
          case INTERRUPTED -> "it was interrupted";
        };
    return "stopped because " + why + (extended ? " (the range was extended)" : "");
  }
}
