package dev.onecycle.data.work;

import java.util.concurrent.CancellationException;

/** The unchecked exception of an interrupted thread. */
public final class InterruptedRead {
  private InterruptedRead() {}

  /**
   * The exception of an interrupt.
   *
   * @param task the interrupted task: "reading images"
   */
  public static CancellationException whileDoing(String task, Throwable cause) {
    CancellationException e = new CancellationException("interrupted while " + task);
    e.initCause(cause);
    return e;
  }
}
