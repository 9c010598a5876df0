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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;

/** Runs commands in this process and keeps what they say. */
public final class Cli {
  /** Decoded images of the tests, away from those of the user. */
  public static final Path CACHE = Path.of("target", "test-cache").toAbsolutePath();

  static {
    System.setProperty("onecycle.cache", CACHE.toString());
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Objects whose keys are names of classes, of runs, or of the self-test's cases. */
  private static final Set<String> BY_NAMES_OF_THE_USER =
      Set.of("class_recall", "values", "failures", "not_tried", "measurements");

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

    /** The last line of standard output as JSON, with names in one case. */
    public JsonNode json() {
      List<String> lines = outLines();
      if (lines.isEmpty()) {
        throw new AssertionError("no JSON, but: " + err);
      }
      JsonNode json = parse(lines.get(lines.size() - 1));
      requireOneCase(json);
      return json;
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

  /** Trains for some epochs at a given peak rate of 0.05. */
  public static Result train(Path data, Path out, int epochs, int batchSize, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", data, "--max-lr", 0.05));
    words.addAll(List.of("--epochs", epochs, "--batch-size", batchSize, "--out", out));
    words.addAll(List.of(more));
    return run(words.toArray());
  }

  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  /** Requires that every key is in snake_case, but for keys that are names of the user. */
  public static void requireOneCase(JsonNode json) {
    if (json.isArray()) {
      json.forEach(Cli::requireOneCase);
    }
    json.fields()
        .forEachRemaining(
            field -> {
              if (!field.getKey().matches("[a-z][a-z0-9]*(_[a-z0-9]+)*")) {
                throw new AssertionError("not in snake_case: " + field.getKey() + " in " + json);
              }
              if (!BY_NAMES_OF_THE_USER.contains(field.getKey())) {
                requireOneCase(field.getValue());
              }
            });
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
