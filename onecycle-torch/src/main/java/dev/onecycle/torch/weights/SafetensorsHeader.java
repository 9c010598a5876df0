package dev.onecycle.torch.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The head of a safetensors file, read token by token: what does not belong is refused where it
 * stands, so that a hostile one never grows in memory.
 *
 * @param metadata free text by name
 * @param entries in the order of their bytes, which they cover without hole or overlap
 */
record SafetensorsHeader(Map<String, String> metadata, List<Entry> entries) {
  private static final int MOST_METADATA = 10_000;
  private static final int MOST_ARRAYS = 100_000;
  private static final int MOST_DIMENSIONS = 64;
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  /** Names of arrays are the file's choice: they are not put into tables that all readers share. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  /** An array, from byte to byte after the head. */
  record Entry(String name, long[] shape, long begin, long end) {
    int bytes() {
      return Math.toIntExact(end - begin);
    }
  }

  /** What is wrong with a head. */
  static final class Unsound extends Exception {
    Unsound(String reason) {
      super(reason);
    }
  }

  /**
   * Reads a head.
   *
   * @param arrays bytes that follow it, all of which must belong to its arrays
   */
  static SafetensorsHeader parse(byte[] json, long arrays) throws IOException, Unsound {
    try (JsonParser parser = JSON.createParser(json)) {
      require(json[0] == '{' && parser.nextToken() == JsonToken.START_OBJECT, "is not JSON");
      Map<String, String> metadata = new TreeMap<>();
      List<Entry> entries = new ArrayList<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(Safetensors.METADATA)) {
          texts(parser, metadata);
        } else {
          entries.add(entry(parser, name));
          require(entries.size() <= MOST_ARRAYS, "has more than " + MOST_ARRAYS + " arrays");
        }
      }
      require(parser.nextToken() == null, "goes on after its end");
      return new SafetensorsHeader(metadata, contiguous(entries, arrays));
    } catch (JsonProcessingException e) {
      throw new Unsound("is not valid JSON: " + e.getOriginalMessage());
    }
  }

  private static void texts(JsonParser parser, Map<String, String> texts)
      throws IOException, Unsound {
    require(parser.currentToken() == JsonToken.START_OBJECT, "has metadata that are not texts");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      require(parser.nextToken() == JsonToken.VALUE_STRING, "has metadata that are not texts");
      texts.put(name, parser.getText());
      require(texts.size() <= MOST_METADATA, "has more than " + MOST_METADATA + " metadata");
    }
  }

  private static Entry entry(JsonParser parser, String name) throws IOException, Unsound {
    String incomplete = "has " + name + ", which is not a float32 array with shape and offsets";
    require(parser.currentToken() == JsonToken.START_OBJECT, incomplete);
    boolean float32 = false;
    long[] shape = null;
    long[] offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "dtype" -> float32 = value == JsonToken.VALUE_STRING && parser.getText().equals("F32");
        case "shape" -> shape = sizes(parser, name, "shape");
        case "data_offsets" -> offsets = sizes(parser, name, "offsets");
        default -> throw new Unsound("has " + name + " with the unknown field " + field);
      }
    }
    if (!float32 || shape == null || offsets == null || offsets.length != 2) {
      throw new Unsound(incomplete);
    }
    long bytes = bytes(name, shape);
    require(
        offsets[1] - offsets[0] == bytes,
        "has "
            + name
            + " with a shape of "
            + bytes
            + " bytes at bytes "
            + offsets[0]
            + " to "
            + offsets[1]);
    return new Entry(name, shape, offsets[0], offsets[1]);
  }

  private static long[] sizes(JsonParser parser, String name, String what)
      throws IOException, Unsound {
    String otherwise = "has " + name + ", whose " + what + " are not whole numbers from 0 up";
    require(parser.currentToken() == JsonToken.START_ARRAY, otherwise);
    long[] sizes = new long[MOST_DIMENSIONS];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, otherwise);
      require(count < MOST_DIMENSIONS, "has " + name + " with more than 64 " + what);
      sizes[count++] = parser.getLongValue();
      require(sizes[count - 1] >= 0, otherwise);
    }
    return Arrays.copyOf(sizes, count);
  }

  private static long bytes(String name, long[] shape) throws Unsound {
    long bytes = Float.BYTES;
    try {
      for (long size : shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      throw new Unsound("has " + name + ", which is too large");
    }
    require(bytes <= MOST_BYTES, "has " + name + ", which is too large");
    return bytes;
  }

  private static List<Entry> contiguous(List<Entry> entries, long arrays) throws Unsound {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long next = 0;
    for (Entry entry : entries) {
      require(
          entry.begin == next && entry.end <= arrays,
          "has " + entry.name + " at bytes " + entry.begin + " to " + entry.end);
      next = entry.end;
    }
    require(next == arrays, "leaves " + (arrays - next) + " bytes that belong to no array");
    return entries;
  }

  private static void require(boolean holds, String otherwise) throws Unsound {
    if (!holds) {
      throw new Unsound(otherwise);
    }
  }
}
