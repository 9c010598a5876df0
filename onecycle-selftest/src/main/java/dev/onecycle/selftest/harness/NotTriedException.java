package dev.onecycle.selftest.harness;

/** Thrown by a case that cannot be tried on this system; the message is the reason. */
public final class NotTriedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public NotTriedException(String reason) {
    super(reason);
  }
}
