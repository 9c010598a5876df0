package dev.onecycle.error;

/**
 * Input data that cannot be used: the message names the file and what is wrong with it.
 *
 * <p>The command line ends with exit code 65.
 */
public final class BadDataException extends RuntimeException {
  public BadDataException(String message) {
    super(message);
  }

  public BadDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
