package dev.onecycle.run.tuning;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onecycle.error.BadDataException;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.ParseErrors;
import dev.onecycle.run.files.WholeFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings that a tuning run has chosen, with the reason for each and the conditions under
 * which they were found: a YAML file that people may change.
 *
 * @param format version of this record
 * @param command the command line of the tuning run, word by word
 * @param settings by name, as in a configuration
 * @param reasons for the chosen settings, by the same names
 * @param conditions under which the settings were found
 */
public record Recipe(
    @JsonProperty("format") int format,
    @JsonProperty("command") List<String> command,
    @JsonProperty("settings") Map<String, String> settings,
    @JsonProperty("reasons") Map<String, String> reasons,
    @JsonProperty("conditions") Conditions conditions) {
  /** The version that this code writes. */
  public static final int FORMAT = 1;

  private static final int MAX_BYTES = 1 << 20;
  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private static final String HEADER =
      """
      # A recipe for training: onecycle train DATA --recipe THIS_FILE
      # Options on the command line override these settings. The settings that are conditions were
      # found together: after a change of one of them, find the peak learning rate again.
      """;

  public Recipe {
    command = List.copyOf(command);
    settings = new LinkedHashMap<>(settings);
    reasons = new LinkedHashMap<>(reasons);
  }

  /** Whether another recipe has the same settings, reasons and conditions. */
  public boolean saysTheSame(Recipe other) {
    return settings.equals(other.settings)
        && reasons.equals(other.reasons)
        && conditions.equals(other.conditions);
  }

  /** Writes the file, whole or not at all. */
  public void write(Path file) {
    AtomicFile.write(
        file,
        out -> {
          out.write(HEADER.getBytes(StandardCharsets.UTF_8));
          out.write(YAML.writeValueAsBytes(this));
        });
  }

  /**
   * Reads a file that {@link #write} wrote, or that people changed since.
   *
   * @throws BadDataException where it cannot be read or is no recipe
   */
  public static Recipe read(Path file) {
    try {
      Recipe recipe = YAML.readValue(WholeFile.text(file, MAX_BYTES, "a recipe"), Recipe.class);
      if (recipe == null) {
        throw new BadDataException(file + " is not a recipe: it holds nothing");
      }
      if (recipe.settings.containsValue(null) || recipe.settings.containsValue("")) {
        throw new BadDataException(file + " has a setting without a value");
      }
      if (recipe.format != FORMAT) {
        throw new BadDataException(
            file + " has format " + recipe.format + ", which this version does not know");
      }
      return recipe;
    } catch (JsonProcessingException e) {
      throw new BadDataException(file + " is not a recipe: " + ParseErrors.reason(e), e);
    }
  }
}
