package dev.onecycle.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.util.Map;

/**
 * A result as one line of JSON; a class of its own, since commands start faster without Jackson.
 */
final class JsonLine {
  private JsonLine() {}

  static String of(Map<String, Object> values) {
    try {
      return visible(new ObjectMapper().writeValueAsString(values));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts can always be written", e);
    }
  }

  /** A number in a line, by its path; 0 where there is none. */
  static int number(String line, String path) {
    try {
      return new ObjectMapper().readTree(line).at(path).asInt();
    } catch (JsonProcessingException e) {
      return 0; // a process that was killed may have left half a line
    }
  }

  /** The same JSON, whose texts have no character that a terminal obeys. */
  private static String visible(String json) {
    StringBuilder visible = new StringBuilder();
    json.codePoints()
        .forEach(
            c -> {
              if (Texts.visible(c)) {
                visible.appendCodePoint(c);
              } else {
                for (char unit : Character.toChars(c)) {
                  visible.append(Numbers.format("\\u%04x", (int) unit));
                }
              }
            });
    return visible.toString();
  }
}
