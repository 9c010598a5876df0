package dev.onecycle.bench.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.onecycle.error.BadDataException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A message of a peer on standard output: first {@link Hello}, then a {@link Step} after each step.
 *
 * <p>Lines that do not begin with a brace, such as warnings, are no messages.
 */
sealed interface PeerMessage {
  JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /**
   * The description of a peer.
   *
   * @param setup precision, threads and data path in a few words
   * @param parameters number of parameters that are trained
   * @param versions of its libraries, by name
   */
  record Hello(String setup, long parameters, Map<String, String> versions) implements PeerMessage {
    public Hello {
      versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }
  }

  /**
   * The end of a step.
   *
   * @param images of the step
   * @param loss of the step, or the peer's mean of recent losses; may be NaN
   */
  record Step(int images, double loss) implements PeerMessage {}

  /**
   * Reads a line; empty if it is no message.
   *
   * @throws BadDataException if the line begins like a message but is none
   */
  static Optional<PeerMessage> parse(String text) {
    if (!text.startsWith("{")) {
      return Optional.empty();
    }
    try {
      JsonNode tree = JSON.readTree(text);
      return Optional.of(
          tree.has("images")
              ? JSON.treeToValue(tree, Step.class)
              : JSON.treeToValue(tree, Hello.class));
    } catch (JsonProcessingException e) {
      throw new BadDataException(
          "the peer printed '" + text + "', which is no message: " + e.getOriginalMessage(), e);
    }
  }

  /** The message as a line. */
  default String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message must be writable as JSON", e);
    }
  }
}
