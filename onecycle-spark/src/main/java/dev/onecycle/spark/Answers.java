package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.OnecycleException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Base64;

/**
 * The answers of tasks to the driver: JSON objects, or an error that another try would meet again.
 * An error that is thrown makes Spark try the task again; one that is answered does not.
 */
final class Answers {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PROBLEM = "problem";

  private Answers() {}

  /** A new answer. */
  static ObjectNode answer() {
    return JSON.createObjectNode();
  }

  /** An error as an answer. */
  static String problem(OnecycleException e) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(e);
      }
      String text = Base64.getEncoder().encodeToString(bytes.toByteArray());
      return answer().put(PROBLEM, text).toString();
    } catch (IOException notWritten) {
      throw new IllegalStateException("an error cannot be sent to the driver", notWritten);
    }
  }

  /**
   * An answer on the driver.
   *
   * @throws OnecycleException that the task ended with
   */
  static JsonNode read(String answer) {
    try {
      JsonNode node = JSON.readTree(answer);
      if (node.has(PROBLEM)) {
        byte[] bytes = Base64.getDecoder().decode(node.get(PROBLEM).asText());
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
          throw (OnecycleException) in.readObject();
        }
      }
      return node;
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("the answer of a task cannot be understood", e);
    }
  }
}
