package dev.onecycle.cli.reproduce;

import dev.onecycle.cli.reproduce.StudyFiles.ArmText;
import dev.onecycle.cli.reproduce.StudyFiles.ClaimText;
import dev.onecycle.cli.reproduce.StudyFiles.ScaleText;
import dev.onecycle.cli.reproduce.StudyFiles.Sizing;
import dev.onecycle.cli.reproduce.StudyFiles.StudyText;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.report.claims.Claim;
import dev.onecycle.report.claims.Claim.Relation;
import dev.onecycle.report.claims.Quantity;
import dev.onecycle.report.claims.StudyResult.Stated;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An experiment at a scale: its arms, those of others that it is compared with among them, and its
 * claims.
 *
 * @param name of the experiment
 * @param title for people
 * @param source of its figures and claims
 * @param scale what the scale means, in sentences
 * @param arms in order
 * @param claims in order
 */
record Study(
    String name, String title, String source, String scale, List<Arm> arms, List<Stated> claims) {
  Study {
    arms = List.copyOf(arms);
    claims = List.copyOf(claims);
  }

  /**
   * Reads an experiment of the program or of a file.
   *
   * @throws BadDataException where the file is not one
   */
  static Study of(String nameOrPath, ScaleName scaleName) {
    StudyText text = StudyFiles.read(nameOrPath);
    ScaleText scale = StudyFiles.scale(scaleName);
    try {
      List<Arm> arms = new ArrayList<>();
      for (String used : orEmpty(text.uses())) {
        arms.add(used(used, scaleName));
      }
      arms.addAll(own(text, scaleName, scale));
      List<Stated> claims = new ArrayList<>();
      for (ClaimText claim : orEmpty(text.claims())) {
        claims.add(claim(claim, arms, scaleName));
      }
      return new Study(
          name(nameOrPath),
          given("title", text.title()),
          given("source", text.source()).strip(),
          scale.text().strip(),
          arms,
          claims);
    } catch (InvalidValueException e) {
      throw new BadDataException(nameOrPath + ": " + e.getMessage(), e);
    }
  }

  /** The data that a scale is run on where none are given. */
  static String data(ScaleName scale) {
    return StudyFiles.scale(scale).data();
  }

  /** The name of an experiment, of which a file has the rest. */
  static String name(String nameOrPath) {
    return StudyFiles.isFile(nameOrPath)
        ? nameOrPath.replaceFirst(".*[/\\\\]", "").replaceFirst("\\.[^.]*$", "")
        : nameOrPath;
  }

  /** An arm of an experiment of the program. */
  private static Arm used(String arm, ScaleName scaleName) {
    for (String name : StudyFiles.NAMES) {
      StudyText text = StudyFiles.read(name);
      if (orEmpty(text.arms()).containsKey(arm)) {
        return own(text, scaleName, StudyFiles.scale(scaleName)).stream()
            .filter(own -> own.name().equals(arm))
            .findFirst()
            .orElseThrow();
      }
    }
    throw Require.invalid("uses", "arms of the program's experiments", arm);
  }

  private static List<Arm> own(StudyText text, ScaleName scaleName, ScaleText scale) {
    Sizing sizing = text.rangeTest() ? scale.rangeTests() : scale.runs();
    List<Arm> arms = new ArrayList<>();
    orEmpty(text.arms())
        .forEach(
            (name, arm) -> {
              Require.that(
                  name.matches("[a-zA-Z0-9][a-zA-Z0-9.-]*"),
                  "name of an arm",
                  "letters, digits, points and hyphens",
                  name,
                  name);
              arms.add(arm(name, text, arm, scaleName, sizing));
            });
    return arms;
  }

  private static Arm arm(
      String name, StudyText text, ArmText arm, ScaleName scaleName, Sizing sizing) {
    Map<String, Object> settings = new LinkedHashMap<>(orEmpty(text.settings()));
    settings.putAll(orEmpty(arm.settings()));
    Map<String, Double> divide = orEmpty(sizing.divide());
    settings.replaceAll((setting, value) -> divided(setting, value, divide.get(setting)));
    settings.putAll(orEmpty(sizing.settings()));
    settings.putAll(orEmpty(ofScale(scaleName, text.cpu(), text.smoke())));
    settings.putAll(orEmpty(ofScale(scaleName, arm.cpu(), arm.smoke())));
    List<Double> grid = new ArrayList<>();
    for (double rate : orEmpty(text.maxLrGrid())) {
      double factor = divide.getOrDefault(TrainingConfig.MAX_LR.name(), 1.0);
      grid.add(Double.parseDouble(Numbers.rounded(rate / factor, 12)));
    }
    Map<Quantity, Double> source = new LinkedHashMap<>();
    orEmpty(arm.source()).forEach((quantity, value) -> source.put(quantity(quantity), value));
    return new Arm(
        name,
        given("title of " + name, arm.title()),
        text.rangeTest(),
        TrainingConfig.of(settings),
        grid,
        source);
  }

  private static @Nullable Map<String, Object> ofScale(
      ScaleName scale, @Nullable Map<String, Object> cpu, @Nullable Map<String, Object> smoke) {
    return switch (scale) {
      case FULL -> Map.of();
      case CPU -> cpu;
      case SMOKE -> smoke;
    };
  }

  /** Whole numbers stay whole, and at least 1; a rate of 3 is no whole number. */
  private static Object divided(String setting, Object value, @Nullable Double by) {
    if (by == null || !(value instanceof Number number)) {
      return value;
    }
    double quotient = number.doubleValue() / by;
    boolean rate = setting.equals(TrainingConfig.MAX_LR.name());
    return number instanceof Integer && !rate
        ? (Object) Math.max(1, (int) Math.round(quotient))
        : Double.valueOf(Numbers.rounded(quotient, 12));
  }

  private static Stated claim(ClaimText text, List<Arm> arms, ScaleName scale) {
    Map<String, Double> contrast = orEmpty(text.contrast());
    List<String> names = arms.stream().map(Arm::name).toList();
    contrast
        .keySet()
        .forEach(
            arm ->
                Require.that(
                    names.contains(arm),
                    "contrast",
                    "arms of the experiment, " + String.join(", ", names) + ",",
                    arm,
                    arm));
    Map<Relation, Double> bounds = new LinkedHashMap<>();
    put(bounds, Relation.ABOVE, text.above());
    put(bounds, Relation.BELOW, text.below());
    put(bounds, Relation.DIFFERENT, text.different());
    Require.that(
        bounds.size() == 1, "claim", "with one of above, below and different", bounds, bounds);
    Map.Entry<Relation, Double> bound = bounds.entrySet().iterator().next();
    List<ScaleName> scales = text.scales() == null ? List.of(ScaleName.values()) : text.scales();
    return new Stated(
        new Claim(
            given("text", text.text()),
            quantity(given("measure", text.measure())),
            contrast,
            bound.getKey(),
            bound.getValue(),
            text.margin()),
        scales.contains(scale)
            ? ""
            : "a claim about the size of the source, of scale "
                + scales.stream().map(ScaleName::toString).collect(Collectors.joining(" or ")));
  }

  private static void put(Map<Relation, Double> bounds, Relation relation, @Nullable Double bound) {
    if (bound != null) {
      bounds.put(relation, bound);
    }
  }

  private static Quantity quantity(String name) {
    return Arrays.stream(Quantity.values())
        .filter(quantity -> quantity.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                Require.invalid(
                    "measure",
                    "one of "
                        + Arrays.stream(Quantity.values())
                            .map(Quantity::toString)
                            .collect(Collectors.joining(", ")),
                    name));
  }

  private static <T> T given(String name, @Nullable T value) {
    if (value == null) {
      throw Require.invalid(name, "given", "left out");
    }
    return value;
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    if (list == null) {
      return List.of();
    }
    list.forEach(item -> given("an item of a list", item));
    return list;
  }

  private static <T> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
    if (map == null) {
      return Map.of();
    }
    map.forEach(Study::given);
    return map;
  }
}
