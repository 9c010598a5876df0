package dev.onecycle.error;

/**
 * A result cannot be stored. The message names the path and the reason.
 *
 * <p>The command line ends with exit code 73 when the output could not be created, and 74 when
 * writing to it failed.
 */
public final class CannotWriteException extends OnecycleException {
  private static final long serialVersionUID = 1;

  private final boolean created;

  private CannotWriteException(String message, boolean created, Throwable cause) {
    super(message, cause);
    this.created = created;
  }

  /** The output could not be created. */
  public static CannotWriteException creating(String message, Throwable cause) {
    return new CannotWriteException(message, false, cause);
  }

  /** The output was created, but writing to it failed. */
  public static CannotWriteException writing(String message, Throwable cause) {
    return new CannotWriteException(message, true, cause);
  }

  /** Whether the output was created; a part of it may then be on disk. */
  public boolean created() {
    return created;
  }
}
