package dev.onecycle.cli.reproduce;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.text.Nearest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The YAML files of experiments: those of the program, by name, and those of users, by path.
 *
 * <p>An unknown key or a key that is given twice is an error.
 */
final class StudyFiles {
  /** The experiments of the program, in the order in which they are listed. */
  static final List<String> NAMES =
      List.of(
          "policy",
          "longer-annihilation",
          "high-rate-50",
          "high-rate-70",
          "constant-momentum",
          "constant-momentum-high-rate",
          "reflection-padding",
          "weight-decay",
          "conditions",
          "dropout",
          "super-convergence",
          "against-the-usual");

  private static final ObjectMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private StudyFiles() {}

  /** An experiment as it is written; what is left out is null. */
  record StudyText(
      @JsonProperty("title") @Nullable String title,
      @JsonProperty("source") @Nullable String source,
      @JsonProperty("uses") @Nullable List<String> uses,
      @JsonProperty("range_test") boolean rangeTest,
      @JsonProperty("settings") @Nullable Map<String, Object> settings,
      @JsonProperty("cpu") @Nullable Map<String, Object> cpu,
      @JsonProperty("smoke") @Nullable Map<String, Object> smoke,
      @JsonProperty("max_lr_grid") @Nullable List<Double> maxLrGrid,
      @JsonProperty("arms") @Nullable Map<String, ArmText> arms,
      @JsonProperty("claims") @Nullable List<ClaimText> claims) {}

  /** An arm as it is written. */
  record ArmText(
      @JsonProperty("title") @Nullable String title,
      @JsonProperty("settings") @Nullable Map<String, Object> settings,
      @JsonProperty("cpu") @Nullable Map<String, Object> cpu,
      @JsonProperty("smoke") @Nullable Map<String, Object> smoke,
      @JsonProperty("source") @Nullable Map<String, Double> source) {}

  /** A claim as it is written. */
  record ClaimText(
      @JsonProperty("text") @Nullable String text,
      @JsonProperty("measure") @Nullable String measure,
      @JsonProperty("contrast") @Nullable Map<String, Double> contrast,
      @JsonProperty("above") @Nullable Double above,
      @JsonProperty("below") @Nullable Double below,
      @JsonProperty("different") @Nullable Double different,
      @JsonProperty("margin") double margin,
      @JsonProperty("scales") @Nullable List<ScaleName> scales) {}

  /** The changes that a scale makes to runs, or to range tests. */
  record Sizing(
      @JsonProperty("settings") @Nullable Map<String, Object> settings,
      @JsonProperty("divide") @Nullable Map<String, Double> divide) {}

  /** A scale as it is written. */
  record ScaleText(
      @JsonProperty("text") String text,
      @JsonProperty("data") String data,
      @JsonProperty("runs") Sizing runs,
      @JsonProperty("range_tests") Sizing rangeTests) {}

  /** The text of an experiment. */
  static String text(String nameOrPath) {
    if (!isFile(nameOrPath)) {
      return resource(requireKnown(nameOrPath) + ".yaml");
    }
    Path file = Path.of(nameOrPath);
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** Whether a word is the path of a file, not the name of an experiment. */
  static boolean isFile(String nameOrPath) {
    return nameOrPath.endsWith(".yaml")
        || nameOrPath.endsWith(".yml")
        || nameOrPath.endsWith(".json");
  }

  private static String requireKnown(String name) {
    if (!NAMES.contains(name)) {
      throw Require.invalid(
          "NAME",
          "an experiment or a .yaml file of one",
          name,
          Nearest.to(name, NAMES)
              .map(near -> "did you mean " + near + "?")
              .orElse("onecycle reproduce list names them"));
    }
    return name;
  }

  /** An experiment. */
  static StudyText read(String nameOrPath) {
    return parse(text(nameOrPath), nameOrPath, new TypeReference<StudyText>() {});
  }

  /** The scales. */
  static ScaleText scale(ScaleName name) {
    Map<ScaleName, ScaleText> scales =
        parse(
            resource("scales.yaml"),
            "scales.yaml",
            new TypeReference<Map<ScaleName, ScaleText>>() {});
    return Optional.ofNullable(scales.get(name)).orElseThrow();
  }

  private static <T> T parse(String text, String name, TypeReference<T> type) {
    try {
      return YAML.readValue(text, type);
    } catch (JsonProcessingException e) {
      String where = e.getLocation() == null ? "" : " in line " + e.getLocation().getLineNr();
      throw new BadDataException(
          name + " is not an experiment: " + e.getOriginalMessage() + where, e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = StudyFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program has no " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
