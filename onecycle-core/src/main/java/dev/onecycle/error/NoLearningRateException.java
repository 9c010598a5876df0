package dev.onecycle.error;

/**
 * Range tests suggest no learning rate, and no other one is known. The data can be read: another
 * seed or other settings may give a rate.
 */
public final class NoLearningRateException extends BadDataException {
  private static final long serialVersionUID = 1;

  private static final String NONE = "the range test gives no learning rate: ";

  private final String reason;

  /**
   * Tests without a rate.
   *
   * @param finding what the tests show, a clause
   * @param advice what to do, as it follows the finding
   */
  public NoLearningRateException(String finding, String advice) {
    super(NONE + finding + advice);
    reason = NONE + finding;
  }

  /** The message without its advice. */
  public String reason() {
    return reason;
  }
}
