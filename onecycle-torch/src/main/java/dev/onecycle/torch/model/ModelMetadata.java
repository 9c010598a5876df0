package dev.onecycle.torch.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.image.ImageShape;
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
  /** As large as images are read, see {@code ImageDecoder}. */
  private static final int LARGEST_SIDE = 65_535;

  private static final long MOST_VALUES = 3 * 64_000_000L;

  /** Names of folders have at most 255 bytes; a file from elsewhere may have longer ones. */
  private static final int LONGEST_NAME = 1000;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  String text(String key) {
    String value = texts.get("onecycle." + key);
    if (value == null) {
      throw new BadDataException(unusable(key));
    }
    return value;
  }

  List<String> texts(String key) {
    List<String> values = new ArrayList<>();
    for (JsonNode value : list(key)) {
      require(value.isTextual() && value.asText().length() <= LONGEST_NAME, key);
      values.add(value.asText());
    }
    return values;
  }

  /** The shape of an image that can be read: [C, H, W]. */
  ImageShape shape(String key) {
    List<Integer> sizes = new ArrayList<>();
    long product = 1;
    for (JsonNode value : list(key)) {
      require(value.isInt() && value.asInt() >= 1 && value.asInt() <= LARGEST_SIDE, key);
      sizes.add(value.asInt());
      product *= value.asInt();
      require(sizes.size() <= 3 && product <= MOST_VALUES, key);
    }
    require(sizes.size() == 3, key);
    return new ImageShape(sizes.get(0), sizes.get(1), sizes.get(2));
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
      throw new BadDataException(unusable(key), e);
    }
  }

  private void require(boolean holds, String key) {
    if (!holds) {
      throw new BadDataException(unusable(key));
    }
  }

  private String unusable(String key) {
    return file
        + " holds weights but no usable onecycle."
        + key
        + " in its metadata; it was not written by onecycle train";
  }
}
