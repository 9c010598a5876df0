package dev.onecycle.error;

/**
 * A rank of a job on several processes cannot go on: it did not find the others, or one of them has
 * ended or does not answer.
 *
 * <p>The command line ends with exit code 75, since the same job may succeed when it is started
 * again; or with 69 where another rank has failed permanently.
 */
public final class RankException extends OnecycleException {
  private static final long serialVersionUID = 1;

  private final boolean permanent;

  private RankException(String message, boolean permanent) {
    super(message, null);
    this.permanent = permanent;
  }

  /** Of a job that may succeed when it is started again. */
  public RankException(String message) {
    this(message, false);
  }

  /** Of a job that would end so again: another rank has failed by its arguments or its data. */
  public static RankException permanent(String message) {
    return new RankException(message, true);
  }

  @Override
  public boolean isPermanent() {
    return permanent;
  }
}
