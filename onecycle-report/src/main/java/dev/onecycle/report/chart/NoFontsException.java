package dev.onecycle.report.chart;

/** A figure that could not be drawn because the system has no fonts that Java can use. */
public final class NoFontsException extends RuntimeException {
  NoFontsException(Throwable cause) {
    super(
        "cannot draw a figure: this system has no fonts that Java can use; install fontconfig and a"
            + " font, or write the numbers as CSV, which needs none",
        cause);
  }
}
