package dev.onecycle.error;

/**
 * A figure cannot be drawn, because the system has no font that Java can use.
 *
 * <p>The command line ends with exit code 73.
 */
public final class MissingFontsException extends OnecycleException {
  private static final long serialVersionUID = 1;

  /**
   * @param cause the error of Java's font system
   */
  public MissingFontsException(Throwable cause) {
    super(
        "cannot draw a figure: this system has no fonts that Java can use; install fontconfig and a"
            + " font, or write the numbers as CSV, which needs none",
        cause);
  }
}
