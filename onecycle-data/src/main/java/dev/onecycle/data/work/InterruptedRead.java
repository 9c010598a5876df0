package dev.onecycle.data.work;

import java.util.concurrent.CancellationException;

/** Turns an interrupt into an unchecked exception that keeps its cause. */
public final class InterruptedRead {
  private InterruptedRead() {}

  public static CancellationException whileDoing(String what, Throwable cause) {
    CancellationException e = new CancellationException("interrupted while " + what);
    e.initCause(cause);
    return e;
  }
}
