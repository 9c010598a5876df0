package dev.onecycle.run.files;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onecycle.error.BadDataException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Files of settings by name, in YAML or JSON: numbers, texts and booleans, no lists or objects. */
public final class SettingsFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .build();

  private SettingsFile() {}

  /**
   * Reads a file; JSON is read as the YAML that it is.
   *
   * @throws BadDataException where it cannot be read or is not a file of settings
   */
  public static Map<String, Object> read(Path file) {
    Map<String, Object> settings;
    try {
      settings =
          YAML.readValue(
              WholeFile.text(file, MAX_BYTES, "a file of settings"),
              new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (JsonProcessingException e) {
      throw new BadDataException(file + " is not a file of settings: " + ParseErrors.reason(e), e);
    }
    if (settings == null) {
      throw new BadDataException(file + " is not a file of settings: it holds nothing");
    }
    settings.forEach(
        (name, value) -> {
          if (value == null || value instanceof Iterable || value instanceof Map) {
            throw new BadDataException(
                file + ": " + name + " must be a number, a text, true or false but was " + value);
          }
        });
    return settings;
  }
}
