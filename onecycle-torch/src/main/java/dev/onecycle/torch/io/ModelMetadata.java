package dev.onecycle.torch.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.error.BadDataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the metadata of a model's file say, each value of the kind it must have.
 *
 * @param file for messages
 * @param texts by name
 */
record ModelMetadata(Path file, Map<String, String> texts) {
  /** Sides that images are never read at: activations of such would fill any memory. */
  private static final int LARGEST = 4096;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  String text(String key) {
    String value = texts.get("onecycle." + key);
    if (value == null) {
      throw unusable(key);
    }
    return value;
  }

  List<String> texts(String key) {
    List<String> values = new ArrayList<>();
    for (JsonNode value : list(key)) {
      require(value.isTextual(), key);
      values.add(value.asText());
    }
    return values;
  }

  /** Whole numbers from 1 to 4096. */
  List<Integer> sizes(String key, int count) {
    List<Integer> values = new ArrayList<>();
    for (JsonNode value : list(key)) {
      require(value.isInt() && value.asInt() >= 1 && value.asInt() <= LARGEST, key);
      values.add(value.asInt());
    }
    require(values.size() == count, key);
    return values;
  }

  /** Finite numbers, none below the least. */
  List<Double> numbers(String key, int count, double least) {
    List<Double> values = new ArrayList<>();
    for (JsonNode value : list(key)) {
      values.add(finite(value, key));
      require(value.asDouble() >= least, key);
    }
    require(values.size() == count, key);
    return values;
  }

  double number(String key) {
    return finite(tree(key), key);
  }

  private double finite(JsonNode value, String key) {
    require(value.isNumber() && Double.isFinite(value.asDouble()), key);
    return value.asDouble();
  }

  private JsonNode list(String key) {
    JsonNode tree = tree(key);
    require(tree.isArray(), key);
    return tree;
  }

  private JsonNode tree(String key) {
    try {
      return JSON.readTree(text(key));
    } catch (JsonProcessingException e) {
      throw unusable(key);
    }
  }

  private void require(boolean holds, String key) {
    if (!holds) {
      throw unusable(key);
    }
  }

  private BadDataException unusable(String key) {
    return new BadDataException(
        file
            + " holds weights but no usable onecycle."
            + key
            + " in its metadata; it was not written by onecycle train");
  }
}
