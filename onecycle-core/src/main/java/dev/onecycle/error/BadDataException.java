package dev.onecycle.error;

/**
 * Input data cannot be used. The message names the file and its fault.
 *
 * <p>The command line ends with exit code 65.
 */
public sealed class BadDataException extends OnecycleException permits NoLearningRateException {
  private static final long serialVersionUID = 1;

  public BadDataException(String message) {
    super(message, null);
  }

  public BadDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
