package dev.onecycle.range;

/** The reason why a range test ended. */
public enum StopReason {
  /** The smoothed loss exceeded the stop factor times its best. */
  DIVERGED,
  /** The loss was NaN or infinite. */
  NON_FINITE,
  /** The ramp ended, after any extension, without divergence. */
  REACHED_END,
  /** The thread was interrupted. */
  INTERRUPTED
}
