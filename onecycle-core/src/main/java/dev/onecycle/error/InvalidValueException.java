package dev.onecycle.error;

/**
 * A setting that its caller can correct: the message names it, its constraint and the value given.
 *
 * <p>The command line ends with exit code 2.
 */
public final class InvalidValueException extends IllegalArgumentException {
  public InvalidValueException(String message) {
    super(message);
  }
}
