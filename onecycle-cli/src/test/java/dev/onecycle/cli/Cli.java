package dev.onecycle.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;

/** Runs commands in this process and keeps what they say. */
public final class Cli {
  /** Decoded images of the tests, away from those of the user. */
  public static final Path CACHE = Path.of("target", "test-cache").toAbsolutePath();

  static {
    System.setProperty("onecycle.cache", CACHE.toString());
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  private Cli() {}

  /** What a command said, and how it ended. */
  public record Result(int code, String out, String err) {
    public List<String> outLines() {
      return out.lines().toList();
    }

    /** The lines for people: all but the pointer to the help. */
    public List<String> complaints() {
      return err.lines().filter(line -> !line.startsWith("See '")).toList();
    }

    /** The last line of standard output as JSON. */
    public JsonNode json() {
      List<String> lines = outLines();
      return parse(lines.get(lines.size() - 1));
    }
  }

  public static Result run(Object... words) {
    String[] args = new String[words.length];
    for (int i = 0; i < args.length; i++) {
      args[i] = String.valueOf(words[i]);
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine(args);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    int code = line.execute(args);
    return new Result(code, out.toString(), err.toString());
  }

  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  public static JsonNode parse(Path file) {
    return parse(read(file));
  }

  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The rows of a CSV file below its header, which must be as given. */
  public static List<String[]> csv(Path file, String header) {
    List<String> lines = read(file).lines().toList();
    if (!lines.get(0).equals(header)) {
      throw new AssertionError("the header of " + file + " is " + lines.get(0));
    }
    return lines.stream().skip(1).map(line -> line.split(",", -1)).toList();
  }
}
