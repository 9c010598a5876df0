package dev.onecycle.cli.console;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The object {@code error} of the JSON of a command that ends with another exit code than 0: kind,
 * message and exit code.
 */
public final class JsonError {
  private static final String LAUNCH = "launch";

  private JsonError() {}

  /** Whether words of a command line ask for JSON; also where they cannot be understood. */
  public static boolean isAsked(List<String> words) {
    // The words behind it are those of a command where that is to be launched.
    int end = words.contains(LAUNCH) ? -1 : words.indexOf("--");
    List<String> options = end < 0 ? words : words.subList(0, end);
    return options.contains("--json") || options.contains("--json=true");
  }

  /** Prints the object of a command that has no result. */
  public static void print(PrintWriter out, String message, int exitCode) {
    out.println(JsonLine.of(with(Map.of(), message, exitCode)));
    out.flush();
  }

  /** The exit code in an object that a command has printed; 0 where it has no error. */
  public static int exitCode(String object) {
    return JsonLine.number(object, "/error/exit_code");
  }

  /** The result of a command with the error that it ended in. */
  static Map<String, Object> with(Map<String, Object> result, String message, int exitCode) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("kind", ExitCode.kind(exitCode));
    error.put("message", OneLine.brief(message));
    error.put("exit_code", exitCode);
    Map<String, Object> all = new LinkedHashMap<>(result);
    all.put("error", error);
    return all;
  }
}
