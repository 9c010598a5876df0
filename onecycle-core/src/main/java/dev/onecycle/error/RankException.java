package dev.onecycle.error;

/**
 * A rank of a job on several processes cannot go on: it did not find the others, or one of them has
 * ended or does not answer.
 *
 * <p>The command line ends with exit code 75: the same job may succeed when it is started again.
 */
public final class RankException extends OnecycleException {
  private static final long serialVersionUID = 1;

  public RankException(String message) {
    super(message, null);
  }
}
