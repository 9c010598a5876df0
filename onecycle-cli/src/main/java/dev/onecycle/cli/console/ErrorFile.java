package dev.onecycle.cli.console;

import dev.onecycle.error.IoErrors;
import dev.onecycle.error.OnecycleException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/**
 * The file in which torchrun expects the error of a rank, to name the one that failed first: {@code
 * {"message": {"message": …, "extraInfo": {"py_callstack": …, "timestamp": …}}}}.
 */
public final class ErrorFile {
  private static final String VARIABLE = "TORCHELASTIC_ERROR_FILE";

  private ErrorFile() {}

  /**
   * Writes the error, where the environment names a file for it.
   *
   * @param message in one line
   * @param cause whose stack is told where the program is at fault, and the message alone for any
   *     other; null for a mistake in the arguments
   * @return why the file could not be written; empty where it was, or none is asked for
   */
  public static Optional<String> write(
      Map<String, String> environment, String message, @Nullable Throwable cause) {
    String file = environment.getOrDefault(VARIABLE, "");
    if (file.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> details = new LinkedHashMap<>();
    // The one text that torchrun prints in its summary.
    details.put("py_callstack", cause == null || isExpected(cause) ? message : stack(cause));
    details.put("timestamp", Long.toString(Instant.now().getEpochSecond()));
    Map<String, Object> error = new LinkedHashMap<>();
    String kind =
        cause == null || cause instanceof ParameterException
            ? "Usage"
            : cause.getClass().getSimpleName();
    error.put("message", kind + ": " + message);
    error.put("extraInfo", details);
    try {
      Path path = Path.of(file);
      if (path.getParent() != null) {
        Files.createDirectories(path.getParent());
      }
      Files.writeString(path, JsonLine.of(Map.of("message", error)));
      return Optional.empty();
    } catch (IOException | InvalidPathException e) {
      return Optional.of(
          VARIABLE
              + " must name a file that can be written but was "
              + file
              + ": "
              + IoErrors.reason(e));
    }
  }

  private static boolean isExpected(Throwable cause) {
    return cause instanceof ParameterException || cause instanceof OnecycleException;
  }

  private static String stack(Throwable cause) {
    StringWriter text = new StringWriter();
    cause.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
