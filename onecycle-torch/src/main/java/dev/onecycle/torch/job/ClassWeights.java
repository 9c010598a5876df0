package dev.onecycle.torch.job;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.run.files.SettingsFile;
import dev.onecycle.run.files.WholeFile;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The weights of classes in the training loss, and the line that says that they may be needed. */
final class ClassWeights {
  static final String NONE = "none";
  static final String BALANCED = "balanced";

  /** Classes are unequal where the largest has more than so many times the images of another. */
  static final int UNEQUAL = 3;

  private static final int MAX_BYTES = 1 << 20;

  private ClassWeights() {}

  /** Whether a value of the setting is a word, not a file. */
  static boolean isWord(Object value) {
    return value.equals(NONE) || value.equals(BALANCED);
  }

  /**
   * The weights by label; none where all are equal.
   *
   * @param value of the setting
   * @throws BadDataException where the file does not give each class a positive number
   */
  static List<Double> of(String value, ImageDataset train) {
    return switch (value) {
      case NONE -> List.of();
      case BALANCED -> balanced(counted(train));
      default -> read(Path.of(value), train.classes());
    };
  }

  private static long[] counted(ImageDataset train) {
    if (!train.knowsClassCounts()) {
      throw new BadDataException(
          "class_weights balanced needs the numbers of images of the classes, which sizes.json does"
              + " not give; remove sizes.json to have them counted, or name a file of weights");
    }
    return train.classCounts();
  }

  /**
   * Images over the product of classes and images of the class: every class has the same weight in
   * all. A class without images has weight 1.
   */
  static List<Double> balanced(long[] counts) {
    double images = 0;
    int classes = 0;
    for (long count : counts) {
      images += count;
      classes += count > 0 ? 1 : 0;
    }
    List<Double> weights = new ArrayList<>();
    for (long count : counts) {
      weights.add(count == 0 ? 1 : images / ((double) classes * count));
    }
    return weights;
  }

  private static List<Double> read(Path file, List<String> classes) {
    Map<String, Object> byName =
        String.valueOf(file.getFileName()).endsWith(".csv") ? csv(file) : SettingsFile.read(file);
    List<Double> weights = new ArrayList<>();
    for (String name : classes) {
      Object weight = byName.remove(name);
      if (weight == null) {
        throw new BadDataException(
            file + " must have a weight for class " + Texts.clean(name) + " but has none");
      }
      weights.add(positive(file, name, weight));
    }
    if (!byName.isEmpty()) {
      String name = byName.keySet().iterator().next();
      throw new BadDataException(
          file + " has a weight for " + Texts.clean(name) + ", which is no class of the images");
    }
    return weights;
  }

  /** Lines of a class name, a comma and a number; a first line of {@code class,weight} may lead. */
  private static Map<String, Object> csv(Path file) {
    Map<String, Object> byName = new LinkedHashMap<>();
    for (String line : WholeFile.text(file, MAX_BYTES, "a file of weights").lines().toList()) {
      int comma = line.lastIndexOf(',');
      if (line.isBlank() || line.strip().equals("class,weight")) {
        continue;
      }
      if (comma < 1 || byName.put(line.substring(0, comma), line.substring(comma + 1)) != null) {
        throw new BadDataException(
            file + " must have one line CLASS,WEIGHT for each class but has " + Texts.clean(line));
      }
    }
    return byName;
  }

  private static double positive(Path file, String name, Object weight) {
    double number = Numbers.parse(String.valueOf(weight)).orElse(Double.NaN);
    if (number > 0 && Double.isFinite(number)) {
      return number;
    }
    throw new BadDataException(
        file
            + ": the weight of "
            + Texts.clean(name)
            + " must be positive and finite but was "
            + Texts.clean(String.valueOf(weight)));
  }

  /** A line for classes that are unequal and have no weights; else empty. */
  static Optional<String> advice(String value, ImageDataset train) {
    long[] counts = train.classCounts();
    int most = 0;
    int least = -1;
    for (int c = 0; c < counts.length; c++) {
      most = counts[c] > counts[most] ? c : most;
      least = counts[c] > 0 && (least < 0 || counts[c] < counts[least]) ? c : least;
    }
    if (least < 0 || counts[most] <= (long) UNEQUAL * counts[least] || !value.equals(NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        Numbers.format(
            "Classes are unequal: %s has %,d training images, %s has %,d; set class_weights or"
                + " sampling to balanced to give each the same weight; balanced accuracy counts"
                + " each alike",
            Texts.clean(train.classes().get(most)),
            counts[most],
            Texts.clean(train.classes().get(least)),
            counts[least]));
  }
}
