package dev.onecycle.data;

import java.util.concurrent.CancellationException;

/** Turns an interrupt into an unchecked exception that keeps its cause. */
final class Interrupted {
  private Interrupted() {}

  static CancellationException whileDoing(String what, Throwable cause) {
    CancellationException e = new CancellationException("interrupted while " + what);
    e.initCause(cause);
    return e;
  }
}
