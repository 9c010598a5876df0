package dev.onecycle.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads examples from Markdown and from Java sources, so that a test can require that they are
 * equal.
 *
 * <p>In Markdown an example is a fenced code block after the line {@code <!-- example: NAME -->}.
 * In Java it is the lines between {@code // example: NAME} and {@code // end of example}.
 * Indentation that all lines of an example share is removed, and so are spaces at the ends of
 * lines; the text has no line break at its end.
 */
public final class MarkdownExamples {
  private static final Pattern MARKDOWN_MARKER =
      Pattern.compile("\\s*<!--\\s*example:\\s*(\\S+)\\s*-->\\s*");
  private static final Pattern FENCE = Pattern.compile("\\s*(`{3,}|~{3,})[^`]*");
  private static final Pattern JAVA_MARKER = Pattern.compile("\\s*//\\s*example:\\s*(\\S+)\\s*");
  private static final Pattern JAVA_END = Pattern.compile("\\s*//\\s*end of example\\s*");

  private MarkdownExamples() {}

  /**
   * Reads the marked code blocks of a Markdown file.
   *
   * @return the text of each example by its name
   * @throws AssertionError if a marker has no code block, a block does not end, or a name is used
   *     twice
   */
  public static Map<String, String> inMarkdown(Path file) {
    List<String> lines = lines(file);
    Map<String, String> examples = new TreeMap<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher marker = MARKDOWN_MARKER.matcher(lines.get(i));
      if (marker.matches()) {
        String name = marker.group(1);
        int begin = i + 1;
        while (begin < lines.size() && lines.get(begin).isBlank()) {
          begin++;
        }
        Matcher fence = FENCE.matcher(begin < lines.size() ? lines.get(begin) : "");
        if (!fence.matches()) {
          throw new AssertionError(
              place(file, i) + ": a code block must follow the marker of example '" + name + "'");
        }
        int end = endOfBlock(lines, begin + 1, fence.group(1));
        if (end == lines.size()) {
          throw new AssertionError(place(file, begin) + ": the code block must end");
        }
        add(examples, name, lines.subList(begin + 1, end), place(file, i));
        i = end;
      }
    }
    return examples;
  }

  /** A block ends at a fence of the same character that is at least as long. */
  private static int endOfBlock(List<String> lines, int begin, String fence) {
    int end = begin;
    while (end < lines.size()) {
      String line = lines.get(end).strip();
      if (line.startsWith(fence) && line.chars().allMatch(c -> c == fence.charAt(0))) {
        return end;
      }
      end++;
    }
    return end;
  }

  /**
   * Reads the marked regions of a Java source file.
   *
   * @return the text of each example by its name
   * @throws AssertionError if a region does not end, an end has no begin, regions overlap, or a
   *     name is used twice
   */
  public static Map<String, String> inJava(Path file) {
    List<String> lines = lines(file);
    Map<String, String> examples = new TreeMap<>();
    String name = "";
    int begin = 0;
    for (int i = 0; i < lines.size(); i++) {
      Matcher marker = JAVA_MARKER.matcher(lines.get(i));
      if (marker.matches()) {
        if (!name.isEmpty()) {
          throw new AssertionError(
              place(file, i) + ": example '" + name + "' must end before another begins");
        }
        name = marker.group(1);
        begin = i + 1;
      } else if (JAVA_END.matcher(lines.get(i)).matches()) {
        if (name.isEmpty()) {
          throw new AssertionError(place(file, i) + ": an example must begin before it ends");
        }
        add(examples, name, lines.subList(begin, i), place(file, begin - 1));
        name = "";
      }
    }
    if (!name.isEmpty()) {
      throw new AssertionError(place(file, begin - 1) + ": example '" + name + "' must end");
    }
    return examples;
  }

  private static void add(
      Map<String, String> examples, String name, List<String> lines, String place) {
    if (examples.put(name, dedented(lines)) != null) {
      throw new AssertionError(place + ": the name '" + name + "' must be used once");
    }
  }

  private static String dedented(List<String> lines) {
    List<String> text = new ArrayList<>(lines);
    while (!text.isEmpty() && text.get(text.size() - 1).isBlank()) {
      text.remove(text.size() - 1);
    }
    while (!text.isEmpty() && text.get(0).isBlank()) {
      text.remove(0);
    }
    return String.join("\n", text).stripIndent();
  }

  private static String place(Path file, int line) {
    return file + ":" + (line + 1);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
