package dev.onecycle.run.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import java.nio.file.Path;

/**
 * Records as JSON files: written whole or not at all, read back to equal values.
 *
 * <p>Numbers keep every bit; NaN and infinities are written as texts. When a record is read, an
 * absent component is an error, and an unknown one is ignored.
 */
public final class JsonFile {
  private static final int MAX_BYTES = 64 << 20;
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JsonNames())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private JsonFile() {}

  /** The mapper of every JSON file, for tests of its names. */
  static ObjectMapper mapper() {
    return JSON;
  }

  /**
   * Writes a record; a file that exists is replaced.
   *
   * @throws CannotWriteException naming the file
   */
  public static void write(Path file, Object record) {
    AtomicFile.write(file, out -> out.write(bytes(record)));
  }

  /** The bytes that {@link #write} writes. */
  public static byte[] bytes(Object record) throws JsonProcessingException {
    return JSON.writeValueAsBytes(record);
  }

  /**
   * Reads a record.
   *
   * @param kind of the file, for messages: "a run record"
   * @throws BadDataException where the file cannot be read or is of another kind
   */
  public static <T> T read(Path file, Class<T> type, String kind) {
    try {
      T value = JSON.readValue(WholeFile.text(file, MAX_BYTES, kind), type);
      if (value == null) {
        throw new BadDataException(file + " is not " + kind + ": it holds nothing");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new BadDataException(file + " is not " + kind + ": " + ParseErrors.reason(e), e);
    } catch (InvalidValueException e) {
      throw new BadDataException(file + " is not " + kind + ": " + e.getMessage(), e);
    }
  }

  /** A record as a text, to be sent to another process. */
  public static String text(Object record) {
    try {
      return JSON.writeValueAsString(record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a record must be one that JSON can hold", e);
    }
  }

  /**
   * The record of a text that {@link #text} made.
   *
   * @param name of the record, for messages
   * @throws BadDataException where it is of another type
   */
  public static <T> T parse(String text, Class<T> type, String name) {
    try {
      return value(JSON.readTree(text), type, name);
    } catch (JsonProcessingException e) {
      throw new BadDataException(name + " cannot be read: " + ParseErrors.reason(e), e);
    }
  }

  /** A value as a tree, for a component of another record. */
  public static JsonNode tree(Object value) {
    return JSON.valueToTree(value);
  }

  /**
   * The value of a tree that {@link #tree} made.
   *
   * @param name of the value, for messages
   * @throws BadDataException where it is of another type
   */
  public static <T> T value(JsonNode tree, Class<T> type, String name) {
    try {
      return JSON.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new BadDataException(name + " cannot be read: " + ParseErrors.reason(e), e);
    } catch (InvalidValueException e) {
      throw new BadDataException(name + " cannot be read: " + e.getMessage(), e);
    }
  }
}
