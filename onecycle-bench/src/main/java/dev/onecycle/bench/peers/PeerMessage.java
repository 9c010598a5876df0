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
 * What a contestant says on standard output: first {@link Hello}, then {@link Step} after each
 * step.
 *
 * <p>Lines that do not begin with a brace are others' (warnings, say) and are passed over.
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
   * What trains.
   *
   * @param setup how, in a few words
   * @param parameters of the network that are learnt
   * @param versions of what it runs on, by name
   */
  record Hello(String setup, long parameters, Map<String, String> versions) implements PeerMessage {
    public Hello {
      versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }
  }

  /**
   * A step that has ended.
   *
   * @param images in it
   * @param loss of it, or what the contestant keeps of its losses; may be NaN
   */
  record Step(int images, double loss) implements PeerMessage {}

  /**
   * Reads a line; empty where it is none of ours.
   *
   * @throws BadDataException where it begins as one of ours and is not
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
          "it said '" + text + "', which cannot be understood: " + e.getOriginalMessage(), e);
    }
  }

  /** The line as it is said. */
  default String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a line can be written as JSON", e);
    }
  }
}
